import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { describeStacks, describeTasks } from "../../../src/master/recycle/stacks.ts";

const OWN = fileURLToPath(new URL("../../../python/tsgi/slot.py", import.meta.url));

const DUMP = `Thread 0x00007f0000000002 (most recent call first):
  File "/srv/app.py", line 3 in application
  File "${OWN}", line 226 in _process

Thread 0x00007f0000000003 [slot-2] (most recent call first):
  File "${OWN}", line 90 in run

Current thread 0x00007f0000000001 (most recent call first):
  File "/srv/app.py", line 7 in slow
  File "<frozen runpy>", line 88 in _run_code
`;

test("describeStacks() puts the thread of the request first, and leaves out frames of tsgi", () => {
  assert.equal(
    describeStacks(DUMP, "0x00007f0000000001"),
    `Current thread 0x00007f0000000001 runs it:
  File "/srv/app.py", line 7 in slow
Thread 0x00007f0000000002:
  File "/srv/app.py", line 3 in application
1 more with nothing to do`,
  );
});

test("describeStacks() shows all of them where the thread of the request is not known", () => {
  const text = describeStacks(DUMP, "0x0000000000000000");
  assert.match(text, /^Thread 0x00007f0000000002:\n/);
  assert.doesNotMatch(text, /runs it/);
});

test("describeStacks() finds a green thread", () => {
  const dump = `${DUMP}\nGreenlet 0x00007f00000000aa (most recent call first):\n  File "/srv/a.py", line 1 in f\n`;
  assert.match(describeStacks(dump, "0x00007f00000000aa"), /^Greenlet 0x00007f00000000aa runs it:\n {2}File/);
});

test("describeTasks() says of each thread what the kernel says, and nothing of a process that has gone", () => {
  assert.match(
    describeTasks(process.pid),
    new RegExp(`^task ${process.pid}: [RS] \\(.*\\), waits in .*, system call `),
  );
  assert.equal(describeTasks(2 ** 22 + 1), "");
});
