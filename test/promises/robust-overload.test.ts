import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { recorded, writeProbeApp } from "../support/probe-app.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

let folder: Folder;
let server: RunningServer;
before(async () => {
  folder = new Folder();
  server = await startServer(["--queue-limit", "5", "--queue-timeout", "1s", writeProbeApp(folder)]);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** Takes the only slot for so many seconds. */
async function occupy(seconds: number): Promise<void> {
  const ran = recorded(folder, "ran").length;
  ask(server.port, get(`/sleep?${seconds}`)).catch(() => undefined);
  await until("the slot to be taken", () => recorded(folder, "ran").length === ran + 1);
}

test("past --queue-limit the answer is 503 with Retry-After, at once, and the connection lives on", async () => {
  await occupy(0.5);
  const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.connect(server.port)));
  const start = performance.now();
  for (const client of clients) client.send(get("/bytes?5"));
  const refused: RawClient[] = [];
  const statuses = await Promise.all(
    clients.map(async (client) => {
      const response = await client.response();
      if (response.status === 503) {
        assert.ok(performance.now() - start < 300);
        assert.match(response.header("retry-after") ?? "", /^\d+$/);
        assert.equal(response.header("connection"), undefined);
        refused.push(client);
      }
      return response.status;
    }),
  );
  assert.equal(statuses.filter((status) => status === 503).length, 15);
  assert.equal(statuses.filter((status) => status === 200).length, 5);
  for (const client of refused) {
    client.send(get("/"));
    assert.equal((await client.response()).text, "hello");
  }
  for (const client of clients) client[Symbol.dispose]();
});

test("past --queue-timeout the answer is 503, and the request never runs", async () => {
  await occupy(2.2);
  const start = performance.now();
  const response = await ask(server.port, get("/waited-too-long"));
  const milliseconds = performance.now() - start;
  assert.equal(response.status, 503);
  assert.match(response.header("retry-after") ?? "", /^\d+$/);
  assert.ok(milliseconds > 900 && milliseconds < 2000, `${milliseconds} ms`);
  await until("the slot to be free", async () => (await ask(server.port, get("/"))).status === 200);
  assert.ok(!recorded(folder, "ran").includes("/waited-too-long"));
});

test("bodies beyond --body-memory are refused with 503, and the memory comes back", async () => {
  await using small = await startServer([
    "--body-memory",
    "1m",
    "--post-buffering",
    "900k",
    writeProbeApp(folder),
  ]);
  const head = "POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 800000\r\n\r\n";
  for (let round = 0; round < 3; round += 1) {
    const clients = await Promise.all([RawClient.connect(small.port), RawClient.connect(small.port)]);
    for (const client of clients) client.send(head + "x".repeat(700_000));
    await until("one of them to be refused", () => clients.some((client) => client.unread.length > 0));
    const refused = clients.filter((client) => client.unread.length > 0);
    assert.equal(refused.length, 1);
    assert.equal((await refused[0]?.response())?.status, 503);
    for (const client of clients.filter((one) => !refused.includes(one))) {
      client.send("x".repeat(100_000));
      assert.equal((await client.response()).status, 200);
    }
    for (const client of clients) client[Symbol.dispose]();
  }
});
