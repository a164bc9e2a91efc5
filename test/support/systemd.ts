/** systemd's part, played by the tests. */

import { spawn } from "node:child_process";
import { type Folder, until } from "./start-server.ts";

/** Opens the sockets as systemd would, and starts tsgi with the first connection. */
export function activation(...addresses: readonly string[]): readonly string[] {
  // What the tests find their processes by has to be passed on by name.
  return [
    "systemd-socket-activate",
    "-E",
    "TSGI_TEST_RUN",
    "-E",
    "PATH",
    ...addresses.flatMap((address) => ["-l", address]),
  ];
}

/** systemd's end of sd_notify: a Unix datagram socket, which Node does not have. */
export class NotifySocket implements Disposable {
  readonly path: string;
  messages = "";
  readonly #child;

  constructor(folder: Folder) {
    this.path = folder.file("notify");
    const program = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print("open", flush=True)
while True: print(s.recv(4096).decode(), flush=True)`;
    this.#child = spawn("python3", ["-c", program, this.path], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.messages += text;
    });
  }

  async untilOpen(): Promise<void> {
    await until("the notify socket", () => this.messages.includes("open"));
  }

  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL");
  }
}
