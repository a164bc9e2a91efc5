import { closeSync, constants, openSync } from "node:fs";

const STDERR = 2;
const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;
const MODE = 0o640;
const MOST_ATTEMPTS = 50;

/**
 * Opens the file of that path in place of `descriptor`, which is closed, and answers the new number.
 * Where it throws nothing has changed. The standard outputs keep their numbers: what Node itself and
 * children write goes there.
 */
export function replaceDescriptor(descriptor: number, path: string): number {
  const opened = openSync(path, APPEND, MODE);
  if (descriptor > STDERR) {
    closeSync(descriptor);
    return opened;
  }
  closeSync(descriptor);
  const isInPlace = takeNumber(descriptor, opened);
  if (isInPlace) closeSync(opened);
  return isInPlace ? descriptor : opened;
}

/** Node has no dup2, but the kernel gives the lowest number that is free. Another thread may have it for a moment. */
function takeNumber(wanted: number, opened: number): boolean {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const number = openSync(`/proc/self/fd/${opened}`, constants.O_WRONLY | constants.O_APPEND);
    if (number === wanted) return true;
    closeSync(number);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
  return false;
}
