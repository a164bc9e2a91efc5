/** What FastCGI has and the others do not: several requests on a connection, one after the other or at once. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  encodeBeginRequest,
  encodePairs,
  encodeStream,
  KEEP_CONNECTION,
  PROTOCOL_STATUS,
  RECORD,
  readPairs,
  recordHead,
} from "../../src/wire/cgi/fastcgi-records.ts";
import { Vars } from "../../src/wire/cgi/vars.ts";
import {
  type FastcgiRecord,
  fastcgiRequest,
  portOf,
  readAnswer,
  readRecords,
  recordsOf,
  varsOf,
} from "../support/cgi-client.ts";
import { RawClient } from "../support/raw-client.ts";
import { type RunningServer, startServer, until } from "../support/start-server.ts";

const NOTHING = Buffer.alloc(0);
const inputApp = fileURLToPath(new URL("../apps/input_app.py", import.meta.url));

let server: RunningServer;
before(async () => {
  server = await startServer(["--fastcgi-socket", "127.0.0.1:0", "--threads", "4", inputApp]);
  await server.waitForLog(/^listening on fastcgi:/m);
});
after(() => server[Symbol.asyncDispose]());

function connect(): Promise<RawClient> {
  return RawClient.connect(portOf(server, "fastcgi"));
}

function startOf(id: number, path: string, vars: { readonly [name: string]: string } = {}): Buffer {
  return Buffer.concat([
    encodeBeginRequest(id, KEEP_CONNECTION),
    ...encodeStream(RECORD.params, id, encodePairs(varsOf({ method: "POST", path, vars }))),
    ...encodeStream(RECORD.params, id, NOTHING),
  ]);
}

function stdin(id: number, content: Buffer): Buffer {
  return Buffer.concat(encodeStream(RECORD.stdin, id, content));
}

/** Whole records that have come. */
function came(client: RawClient, type: number): readonly FastcgiRecord[] {
  return recordsOf(client.unread).filter((record) => record.type === type);
}

async function untilEnded(client: RawClient, count: number): Promise<void> {
  await until(`${count} ends`, () => came(client, RECORD.endRequest).length === count);
}

function readOf(client: RawClient, id: number): number {
  const { status, body } = readAnswer(readRecords(client.unread).get(id) ?? NOTHING);
  assert.equal(status, 200);
  return (JSON.parse(body.toString()) as { read: number }).read;
}

test("a kept connection serves one request after the other, until its peer closes", async () => {
  using client = await connect();
  for (const id of [1, 2, 3]) {
    client.send(fastcgiRequest(id, { path: "/careless", body: Buffer.alloc(id * 1000) }, { keeps: true }));
    await untilEnded(client, id);
  }
  for (const id of [1, 2, 3]) assert.equal(readOf(client, id), id * 1000);
  assert.equal(client.isOver, false);
  client.socket.end();
  await client.untilClosed();
});

test("the same id may be used again", async () => {
  using client = await connect();
  for (const turn of [1, 2]) {
    client.send(fastcgiRequest(1, { path: "/careless", body: Buffer.alloc(10) }, { keeps: true }));
    await untilEnded(client, turn);
  }
});

test("requests that run at once on a connection, their records mixed and split anyhow", async () => {
  using client = await connect();
  const ids = Array.from({ length: 20 }, (_, at) => at + 1);
  client.send(
    Buffer.concat(ids.map((id) => startOf(id, "/careless", { CONTENT_LENGTH: String(id * 7001) }))),
  );
  for (let round = 0; round < 7; round++) {
    const bytes = Buffer.concat(
      ids.toReversed().map((id) => stdin(id, Buffer.alloc(id * 1000 + (round === 6 ? id : 0)))),
    );
    for (let at = 0; at < bytes.length; at += 4099) await client.sent(bytes.subarray(at, at + 4099));
  }
  client.send(Buffer.concat(ids.map((id) => stdin(id, NOTHING))));
  await untilEnded(client, ids.length);
  for (const id of ids) assert.equal(readOf(client, id), id * 7001);
});

test("one whose body does not come holds no other up", async () => {
  using client = await connect();
  client.send(startOf(1, "/careless", { CONTENT_LENGTH: "3000000" }));
  client.send(stdin(1, Buffer.alloc(2_000_000)));
  client.send(fastcgiRequest(2, { path: "/careless", body: Buffer.alloc(5) }, { keeps: true }));
  await untilEnded(client, 1);
  assert.equal(readOf(client, 2), 5);
  client.send(stdin(1, Buffer.alloc(1_000_000)));
  await untilEnded(client, 2);
  assert.equal(readOf(client, 1), 3_000_000);
});

test("a body without a length ends with its stream, be it empty, short or long", async (t) => {
  for (const size of [0, 1, 5000, 5_000_000])
    await t.test(String(size), async () => {
      using client = await connect();
      client.send(Buffer.concat([startOf(9, "/careless"), stdin(9, Buffer.alloc(size, "x"))]));
      if (size > 0) client.send(stdin(9, NOTHING));
      await untilEnded(client, 1);
      assert.equal(readOf(client, 9), size);
    });
});

test("a body that ends before its length is refused", async () => {
  using client = await connect();
  client.send(Buffer.concat([startOf(1, "/careless", { CONTENT_LENGTH: "10" }), stdin(1, Buffer.alloc(9))]));
  client.send(stdin(1, NOTHING));
  await untilEnded(client, 1);
  assert.equal(readAnswer(readRecords(client.unread).get(1) ?? NOTHING).status, 400);
});

test("an abort ends its request, and the connection goes on", async () => {
  using client = await connect();
  client.send(Buffer.concat([startOf(1, "/careless", { CONTENT_LENGTH: "10" }), stdin(1, Buffer.alloc(9))]));
  client.send(recordHead(RECORD.abortRequest, 1, 0));
  await untilEnded(client, 1);
  client.send(fastcgiRequest(2, { path: "/careless", body: Buffer.alloc(4) }, { keeps: true }));
  await untilEnded(client, 2);
  assert.equal(readOf(client, 2), 4);
});

test("what it may do is told to who asks", async () => {
  using client = await connect();
  const asked = encodePairs([
    ["FCGI_MPXS_CONNS", ""],
    ["FCGI_MAX_REQS", ""],
    ["UNHEARD_OF", ""],
  ]);
  client.send(Buffer.concat([recordHead(RECORD.getValues, 0, asked.length), asked]));
  await until("the answer", () => came(client, RECORD.getValuesResult).length === 1);
  const vars = new Vars();
  assert.equal(readPairs(vars, came(client, RECORD.getValuesResult)[0]?.content ?? NOTHING, 10), null);
  assert.deepEqual([vars.count, vars.get("FCGI_MPXS_CONNS")], [2, "1"]);
  assert.ok(Number(vars.get("FCGI_MAX_REQS")) > 0);
});

test("a record of the connection that nobody knows is answered so", async () => {
  using client = await connect();
  client.send(recordHead(77, 0, 0));
  await until("the answer", () => came(client, RECORD.unknownType).length === 1);
  assert.equal(came(client, RECORD.unknownType)[0]?.content[0], 77);
});

test("another role than the responder's is turned down", async () => {
  using client = await connect();
  const authorizer = Buffer.concat([
    recordHead(RECORD.beginRequest, 1, 8),
    Buffer.from([0, 2, 1, 0, 0, 0, 0, 0]),
  ]);
  client.send(authorizer);
  await untilEnded(client, 1);
  assert.equal(came(client, RECORD.endRequest)[0]?.content[4], PROTOCOL_STATUS.unknownRole);
});

test("too many requests at once are turned down, the others served", async () => {
  using client = await connect();
  const ids = Array.from({ length: 101 }, (_, at) => at + 1);
  client.send(Buffer.concat(ids.map((id) => encodeBeginRequest(id, KEEP_CONNECTION))));
  await untilEnded(client, 1);
  assert.equal(came(client, RECORD.endRequest)[0]?.content[4], PROTOCOL_STATUS.overloaded);
  assert.equal(came(client, RECORD.endRequest)[0]?.id, 101);
});

test("a peer that half-closes gets its answer, on a kept connection too", async () => {
  using client = await connect();
  client.socket.end(fastcgiRequest(1, { path: "/careless", body: Buffer.alloc(6) }, { keeps: true }));
  await client.untilClosed();
  assert.equal(readOf(client, 1), 6);
});

test("fastcgi-nph-socket and scgi-nph-socket answer with a status line", async () => {
  const sockets = ["--fastcgi-nph-socket", "127.0.0.1:0", "--scgi-nph-socket", "127.0.0.1:0"];
  await using nph = await startServer([...sockets, inputApp]);
  await nph.waitForLog(/^listening on scgi-nph:/m);
  using client = await RawClient.connect(portOf(nph, "fastcgi-nph"));
  client.send(fastcgiRequest(1, { path: "/ignore" }));
  const { start } = readAnswer(readRecords(await client.untilClosed()).get(1) ?? NOTHING);
  assert.equal(start, "HTTP/1.1 200 OK");
});
