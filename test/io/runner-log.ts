/** Every command in a log, known to the runner or not: stricter than the runner, which passes over names it does not know. */

export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** Commands of a log in order, `stop-commands` and its end left out. */
export function commandsIn(log: string): Command[] {
  const commands: Command[] = [];
  let stopped: string | null = null;
  for (const line of log.split(/\r\n|\n|\r/)) {
    const command = parse(line);
    if (command === null) continue;
    if (stopped !== null) {
      if (command.name === stopped) stopped = null;
    } else if (command.name === "stop-commands") {
      stopped = command.message;
    } else {
      commands.push(command);
    }
  }
  if (stopped !== null) throw new Error("the log ends while commands are stopped");
  return commands;
}

/** Both spellings: `::name key=value::message` at the start of a line, and the old `##[name key=value]message` anywhere. */
function parse(line: string): Command | null {
  const match = /^\s*::([^\s:]+)(?: (.*?))?::(.*)$/.exec(line) ?? /##\[([^\s\]]+)(?: (.*?))?\](.*)$/.exec(line);
  if (match === null) return null;
  const [, name = "", properties = "", message = ""] = match;
  const pairs = properties.split(/[,;]/).filter((pair) => pair.includes("="));
  return {
    name,
    properties: Object.fromEntries(pairs.map((pair) => splitOnce(pair))),
    message: unescape(message),
  };
}

function splitOnce(pair: string): [string, string] {
  const at = pair.indexOf("=");
  return [pair.slice(0, at).trim(), unescape(pair.slice(at + 1))];
}

function unescape(text: string): string {
  const marks: Record<string, string> = { "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%" };
  return text.replace(/%(?:0D|0A|3A|2C|25)/g, (mark) => marks[mark] ?? mark);
}
