/** What a runner reads out of a step's output: `::commands::`, masks, annotations, and the log people see. */

export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly message: string;
  readonly title: string | null;
  readonly file: string | null;
}

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const ANNOTATIONS_PER_LEVEL = 10;
const MESSAGE_CHARACTERS = 4096;
const LEVELS: readonly string[] = ["error", "warning", "notice"];
const SHOWN: readonly string[] = [...LEVELS, "group", "endgroup", "debug"];
const KNOWN = [
  ...SHOWN,
  "add-mask",
  "add-matcher",
  "add-path",
  "echo",
  "remove-matcher",
  "save-state",
  "set-env",
  "set-output",
  "stop-commands",
];
/** Switched off for good, because any program that prints could use them. */
const DISABLED = new Set(["add-path", "set-env"]);

/** One step's reader; `masks` (secrets from the start) grows with `add-mask` and belongs to the whole job. */
export class CommandReader {
  readonly annotations: Annotation[] = [];
  /** Outputs and state set by the old commands, which no program should use any more. */
  readonly outputs: Record<string, string> = {};
  readonly state: Record<string, string> = {};
  /** A command could not be carried out, so the step fails whatever its exit status. */
  failed = false;
  private readonly masks: string[];
  private readonly lines: string[] = [];
  private readonly counts = new Map<string, number>();
  private stopToken: string | null = null;

  constructor(masks: string[]) {
    this.masks = masks;
  }

  /** The log with secrets replaced by `***`. */
  get log(): string {
    return this.lines.join("\n");
  }

  read(line: string): void {
    const command = parseCommand(line, this.stopToken === null ? KNOWN : [...KNOWN, this.stopToken]);
    if (command === null) {
      this.print(line);
    } else if (this.stopToken !== null) {
      this.print(line);
      if (command.name === this.stopToken.toLowerCase()) this.stopToken = null;
    } else {
      this.carryOut(command, line);
    }
  }

  /** A problem the runner itself has with the step. */
  complain(message: string): void {
    this.annotate({ level: "error", message, title: null, file: null });
    this.print(`##[error]${message}`);
  }

  /** Text with every secret replaced. */
  mask(text: string): string {
    const longestFirst = this.masks.filter((secret) => secret !== "").sort((a, b) => b.length - a.length);
    return longestFirst.reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
  }

  private print(line: string): void {
    this.lines.push(this.mask(line));
  }

  private carryOut(command: Command, line: string): void {
    const { name, data, properties } = command;
    if (DISABLED.has(name)) {
      this.failed = true;
      this.complain(`Unable to process command '${line}' successfully: the \`${name}\` command is disabled.`);
    } else if (name === "stop-commands") {
      this.print(line);
      if (data === "" || KNOWN.includes(data.toLowerCase())) {
        this.failed = true;
        this.complain(`Unable to process command '${line}' successfully: it needs a token of its own.`);
      } else {
        this.stopToken = data;
      }
    } else if (name === "add-mask") {
      if (data.trim() !== "") this.masks.push(data, ...data.split(/\r?\n/).filter((part) => part.trim() !== ""));
    } else if (name === "set-output" || name === "save-state") {
      const values = name === "set-output" ? this.outputs : this.state;
      if (properties["name"] !== undefined) values[properties["name"]] = data;
      this.annotate({ level: "warning", message: `The \`${name}\` command is deprecated`, title: null, file: null });
    } else if (SHOWN.includes(name)) {
      const message = data.slice(0, MESSAGE_CHARACTERS);
      const [title, file] = [properties["title"] ?? null, properties["file"] ?? null];
      if (name === "error" || name === "warning" || name === "notice") {
        this.annotate({ level: name, message, title, file });
      }
      this.print(`##[${name}]${message}`);
    }
  }

  private annotate(annotation: Annotation): void {
    const count = (this.counts.get(annotation.level) ?? 0) + 1;
    this.counts.set(annotation.level, count);
    if (count <= ANNOTATIONS_PER_LEVEL) {
      this.annotations.push({ ...annotation, message: this.mask(annotation.message) });
    }
  }
}

/** `::name key=value,…::data` at the start of a line, or the older `##[name key=value;…]data` anywhere in it. */
function parseCommand(line: string, known: readonly string[]): Command | null {
  const [, words, data] = /^\s*::(.*?)::(.*)$/s.exec(line) ?? [];
  if (words !== undefined && data !== undefined) {
    const command = read(words, ",", data, known, [
      ["%3A", ":"],
      ["%2C", ","],
    ]);
    if (command !== null) return command;
  }
  const [, old, rest] = /##\[(.*?)\](.*)$/s.exec(line) ?? [];
  if (old === undefined || rest === undefined) return null;
  return read(old, ";", rest, known, [
    ["%3B", ";"],
    ["%5D", "]"],
  ]);
}

const ESCAPES: [string, string][] = [
  ["%0D", "\r"],
  ["%0A", "\n"],
];

function read(
  words: string,
  separator: string,
  data: string,
  known: readonly string[],
  more: [string, string][],
): Command | null {
  const space = words.indexOf(" ");
  const name = (space === -1 ? words : words.slice(0, space)).toLowerCase();
  if (!known.some((entry) => entry.toLowerCase() === name)) return null;
  const pairs =
    space === -1
      ? []
      : words
          .slice(space + 1)
          .trim()
          .split(separator);
  const properties = pairs.flatMap((pair) => {
    const equals = pair.indexOf("=");
    if (equals === -1) return [];
    return [[pair.slice(0, equals), unescape(pair.slice(equals + 1), [...ESCAPES, ...more])] as const];
  });
  return { name, properties: Object.fromEntries(properties), data: unescape(data, ESCAPES) };
}

/** The percent sign comes last, so that `%250A` stays the three characters it stands for. */
function unescape(text: string, escapes: [string, string][]): string {
  return [...escapes, ["%25", "%"] as const].reduce((plain, [from, to]) => plain.replaceAll(from, to), text);
}
