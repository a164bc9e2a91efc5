import type { Readable } from "node:stream";

/** A line longer than this comes from a broken peer. A traceback fits many times over. */
const LINE_LIMIT = 4 * 1024 * 1024;

/**
 * Calls `take` with each JSON line that the stream brings. The peer is our own Python code, so a
 * line is trusted to be a `Message`; what does not parse ends the stream with an error.
 */
export function readJsonLines<Message>(stream: Readable, take: (message: Message) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LINE_LIMIT) stream.destroy();
    for (const line of lines) {
      const message = parse<Message>(line);
      if (message === null) stream.destroy();
      else take(message);
    }
  });
}

function parse<Message>(line: string): Message | null {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return null;
  }
}
