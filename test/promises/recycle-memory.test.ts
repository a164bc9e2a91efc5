import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startLoad } from "../support/load.ts";
import { Folder, startServer, until } from "../support/start-server.ts";

const folder = new Folder();
after(() => folder[Symbol.dispose]());

/** /grow?N keeps N megabytes, /map?N reserves N megabytes of address space, /sleep?S takes S seconds. */
const app = folder.write(
  "app.py",
  `import mmap, os, time

kept = []

def application(environ, start_response):
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    if path == "/grow":
        kept.append(b"x" * (int(query) << 20))
    elif path == "/map":
        kept.append(mmap.mmap(-1, int(query) << 20))
    elif path == "/sleep":
        time.sleep(float(query))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
`,
);
const QUICK = ["--mem-collector-freq", "200ms", "--min-worker-lifetime", "0", "--disable-logging"];

async function pidOf(response: Promise<Response>): Promise<number> {
  return Number(await (await response).text());
}

for (const [option, path, words] of [
  ["reload-on-rss", "/grow?150", "uses \\d+ MB of memory \\(reload-on-rss = 100 MB\\)"],
  ["reload-on-as", "/map?2000", "has \\d+ MB of address space \\(reload-on-as = 1500 MB\\)"],
] as const) {
  test(`${option}: a worker that has grown is replaced, after the request that it runs`, async () => {
    const limit = option === "reload-on-rss" ? "100" : "1500";
    await using server = await startServer([...QUICK, "--threads", "2", `--${option}`, limit, app]);
    const slow = pidOf(server.fetch("/sleep?1.5"));
    const grown = await pidOf(server.fetch(path));
    await server.waitForLog(new RegExp(`worker 1 \\(pid ${grown}\\): ${words}; a successor starts`));
    assert.equal(await slow, grown);
    await server.untilPids("worker", { count: 1, without: [grown] });
    await server.waitForLog(new RegExp(`worker 1 \\(pid ${grown}\\): has left after`));
    assert.equal(server.log.match(new RegExp(option, "g"))?.length, 1, server.log);
  });
}

test("all workers grown at once are replaced one after the other under load, and no request fails", async () => {
  await using server = await startServer([...QUICK, "--processes", "3", "--reload-on-rss", "60", app]);
  const before = await server.untilPids("worker", { count: 3 });
  const request = (id: string) => `GET /grow?1 HTTP/1.1\r\nHost: a\r\nX-Id: ${id}\r\n\r\n`;
  await using load = startLoad(server.port, { connections: 6, prefix: "grow", request });
  let most = 0;
  await until("all to be replaced", () => {
    const pids = server.pids("worker");
    most = Math.max(most, pids.length);
    return pids.length > 0 && !pids.some((pid) => before.includes(pid));
  });
  await load.stop();
  assert.deepEqual(load.refused, []);
  assert.deepEqual(
    load.outcomes.filter(({ status }) => status !== 200),
    [],
  );
  assert.ok(most <= 4, `${most} workers at a time`);
});

test("a worker younger than min-worker-lifetime keeps its memory for a while", async () => {
  const limits = ["--mem-collector-freq", "200ms", "--min-worker-lifetime", "5", "--reload-on-rss", "100"];
  await using server = await startServer([...limits, app]);
  const began = Date.now();
  await server.fetch("/grow?150");
  await server.waitForLog(/\(reload-on-rss = 100 MB\)/);
  // It was asked for before the server said that it listens.
  assert.ok(Date.now() - began > 1000, `after ${Date.now() - began} ms`);
});

test("evil-reload-on-rss kills at once, and the request that runs is lost", async () => {
  const limits = ["--evil-reload-on-rss", "100", "--threads", "2"];
  await using server = await startServer([...QUICK, ...limits, app]);
  const [victim = 0] = await server.untilPids("worker", { count: 1 });
  const slow = server.fetch("/sleep?60");
  await server.fetch("/grow?150").catch(() => undefined);
  assert.equal((await slow).status, 502);
  await server.untilPids("worker", { count: 1, without: [victim] });
  const what = "uses \\d+ MB of memory \\(evil-reload-on-rss = 100 MB\\): killed at once";
  await server.waitForLog(new RegExp(`worker 1 \\(pid ${victim}\\): ${what}`));
  await server.waitForLog(
    new RegExp(`worker 1 \\(pid ${victim}\\): killed by signal 9 .* a successor starts`),
  );
  assert.equal((await server.fetch()).status, 200);
});
