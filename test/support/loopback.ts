/** An HTTP server on a free port of the loopback device, closed by its owner. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Network } from "./proxy.ts";

export interface Loopback extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, or with its name in a network; without a slash at the end. */
  readonly url: string;
}

export interface Named {
  readonly name: string;
  readonly network: Network;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A client that went away, before it had said everything for example, is owed no answer; whatever else goes wrong flies. */
export async function listen(listener: Listener, named?: Named): Promise<Loopback> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await listener(request, response);
    } catch (error) {
      if (!request.socket.destroyed) throw error;
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  server.on("connection", ({ remotePort }) => named?.network.accepted.push(remotePort ?? 0));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: named?.network.url(named.name, address.port) ?? `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
