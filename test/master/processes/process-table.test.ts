import assert from "node:assert/strict";
import { test } from "node:test";
import { listeningInodes, readStartTime } from "../../../src/master/processes/process-table.ts";

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 0100007F:1F40 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1
   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0
`;

test("listeningInodes() finds those that listen on the port, not those connected to it", () => {
  assert.deepEqual(listeningInodes(TABLE, 8000), ["4711"]);
  assert.deepEqual(listeningInodes(TABLE, 80), ["4713"]);
  assert.deepEqual(listeningInodes(TABLE, 81), []);
});

test("readStartTime() names a process for good, and is null when it has gone", () => {
  const own = readStartTime(process.pid);
  assert.ok(own !== null && own > 0);
  assert.equal(readStartTime(process.pid), own);
  assert.equal(readStartTime(2 ** 22 + 1), null);
});
