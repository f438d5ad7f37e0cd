/** Keeps the command going when the reader of its output leaves, as `| head` does. */

/** What was begun is finished and stored all the same; any other fault of the output flies. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
