import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Folder, type RunningServer, sleep, startServer } from "../support/start-server.ts";

const folder = new Folder();
after(() => folder[Symbol.dispose]());

const app = folder.write(
  "app.py",
  `import os

class Broken(Exception):
    pass

def failing():
    raise KeyError("late")
    yield b""

def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/broken":
        raise Broken("no connection to the database")
    if path == "/value":
        raise ValueError("some text")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return failing() if path == "/late" else [str(os.getpid()).encode()]
`,
);

async function pidOf(server: RunningServer): Promise<number> {
  return Number(await (await server.fetch()).text());
}

const cases = {
  "--reload-on-exception": ["/late", "KeyError \\(reload-on-exception\\)"],
  "--reload-on-exception-type=Broken": ["/broken", "Broken \\(reload-on-exception-type\\)"],
  "--reload-on-exception-value=some text": ["/value", "ValueError \\(reload-on-exception-value\\)"],
  "--reload-on-exception-repr=ValueError: some text": ["/value", "ValueError \\(reload-on-exception-repr\\)"],
} as const;

for (const [option, [path, what]] of Object.entries(cases)) {
  test(`${option}: the worker is replaced`, async () => {
    await using server = await startServer([option, app]);
    const worker = await pidOf(server);
    assert.equal((await server.fetch(path)).status, 500);
    const line = `worker 1 \\(pid ${worker}\\): the application raised ${what}; a successor starts`;
    await server.waitForLog(new RegExp(line));
    await server.untilPids("worker", { count: 1, without: [worker] });
    await server.waitForLog(new RegExp(`worker 1 \\(pid ${worker}\\): has left after`));
  });
}

test("an exception does not wait for what comes due later", async () => {
  const later = ["--max-requests", "2", "--min-worker-lifetime", "1h"];
  await using server = await startServer([...later, "--reload-on-exception", app]);
  for (let count = 0; count < 3; count += 1) await pidOf(server);
  assert.equal((await server.fetch("/broken")).status, 500);
  await server.waitForLog(/the application raised Broken \(reload-on-exception\); a successor starts/);
});

test("other exceptions change nothing", async () => {
  const options = ["--reload-on-exception-type", "Broken", "--reload-on-exception-value", "no such text"];
  await using server = await startServer([...options, app]);
  const worker = await pidOf(server);
  for (const path of ["/value", "/late"]) assert.equal((await server.fetch(path)).status, 500);
  assert.equal(await pidOf(server), worker);
  assert.doesNotMatch(server.log, /a successor starts/);
});

test("where every request raises, the workers are replaced one at a time and not in a spin", async () => {
  await using server = await startServer(["--processes", "3", "--reload-on-exception", app]);
  const deadline = Date.now() + 3000;
  while (Date.now() < deadline) {
    const { status } = await server.fetch("/broken");
    assert.equal(status, 500);
    assert.ok(server.pids("worker").length <= 4, server.describeProcesses());
    await sleep(10);
  }
  const replaced = server.log.match(/a successor starts/g)?.length ?? 0;
  assert.ok(replaced >= 1 && replaced <= 12, `${replaced} in 3 s`);
});
