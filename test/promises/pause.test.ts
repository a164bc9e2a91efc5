import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Folder, sleep, startServer } from "../support/start-server.ts";

const folder = new Folder();
after(() => folder[Symbol.dispose]());

const app = folder.write(
  "app.py",
  `def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode()]
`,
);

test("SIGTSTP makes requests wait, and once more lets them go on: none is lost, whatever queue-timeout says", async () => {
  await using server = await startServer(["--queue-timeout", "1", app]);
  server.kill("SIGTSTP");
  await server.waitForLog(/SIGTSTP: paused: requests that come wait/);
  let answered = 0;
  const requests = Array.from({ length: 8 }, async (_, number) => {
    const response = await server.fetch(`/${number}`);
    answered += 1;
    return `${response.status} ${await response.text()}`;
  });
  // Longer than queue-timeout: this is what the promise is about.
  await sleep(1500);
  assert.equal(answered, 0);
  server.kill("SIGTSTP");
  const expected = Array.from({ length: 8 }, (_, number) => `200 /${number}`);
  assert.deepEqual(await Promise.all(requests), expected);
  await server.waitForLog(/SIGTSTP: goes on after the pause/);
});

test("a stop during a pause answers what waits", async () => {
  await using server = await startServer([app]);
  server.kill("SIGTSTP");
  await server.waitForLog(/paused/);
  const waiting = server.fetch("/waited");
  server.kill("SIGUSR1");
  await server.waitForLog(/paused: requests wait, generation 1/);
  await server.until("the request to wait", () => {
    server.kill("SIGUSR1");
    return /requests: 1 waiting/.test(server.log);
  });
  server.kill("SIGTERM");
  assert.equal(await (await waiting).text(), "/waited");
  assert.equal((await server.exit).code, 0);
});

test("a router that starts during a pause makes requests wait too", async () => {
  await using server = await startServer([app]);
  server.kill("SIGTSTP");
  await server.waitForLog(/paused/);
  const [router = 0] = server.pids("router");
  process.kill(router, "SIGKILL");
  await server.untilPids("router", { count: 1, without: [router] });
  await server.waitForLog(/router 1 \(pid \d+\)[^\n]*a successor starts/);
  let isAnswered = false;
  const waiting = server.fetch("/after").then(async (response) => {
    isAnswered = true;
    return response.text();
  });
  await server.until("the request to wait", () => {
    server.kill("SIGUSR1");
    return /requests: 1 waiting/.test(server.log);
  });
  assert.equal(isAnswered, false);
  server.kill("SIGTSTP");
  assert.equal(await waiting, "/after");
});
