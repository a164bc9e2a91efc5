import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "../support/raw-client.ts";
import { Folder, startServer, until } from "../support/start-server.ts";

/**
 * A request is good when two others with its name begin at about the same time, in other workers. A
 * worker that is missing until its successor has imported the application makes them miss one another.
 */
const SOURCE = `
import os, time
FOLDER = os.path.dirname(os.path.abspath(__file__))
time.sleep(2)

def application(environ, start_response):
    name = environ["QUERY_STRING"]
    open(os.path.join(FOLDER, "%s.%d" % (name, os.getpid())), "w").close()
    deadline = time.monotonic() + 1.2
    met = 0
    while met < 3 and time.monotonic() < deadline:
        met = sum(one.startswith(name + ".") for one in os.listdir(FOLDER))
        time.sleep(0.001)
    start_response("200 OK" if met == 3 else "500 Alone", [("Content-Type", "text/plain")])
    return [b""]
`;

for (const args of [[], ["--chain-reload"]]) {
  test(`as many workers as before serve at every moment of a reload ${args.join("")}`, async () => {
    using folder = new Folder();
    const app = folder.write("app.py", SOURCE);
    await using server = await startServer([...args, "--lazy-apps", "--processes", "3", app]);
    let number = 0;
    const meet = async (): Promise<readonly number[]> => {
      const request = `GET /?${number++} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
      const three = await Promise.all([1, 2, 3].map(() => ask(server.port, request)));
      return three.map(({ status }) => status);
    };
    // The door has opened when the first of them served.
    await until("three workers", async () => (await meet()).every((status) => status === 200));
    const meetings: number[] = [];
    let isOver = false;
    const meeting = (async () => {
      while (!isOver) meetings.push(...(await meet()));
    })();
    server.kill("SIGHUP");
    await server.waitForLog(/generation 2 serves/);
    isOver = true;
    await meeting;
    assert.ok(meetings.length >= 30, `${meetings.length}`);
    assert.ok(
      meetings.every((status) => status === 200),
      meetings.join(" "),
    );
  });
}
