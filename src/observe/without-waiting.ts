import { constants, fstatSync, openSync } from "node:fs";

/**
 * A descriptor for the same log whose writes say EAGAIN instead of waiting for a reader. Only a pipe needs
 * one and can have one: opened again it is a description of its own, so that nobody else's writes change.
 * Where that is not allowed (a pipe of another user's) it is the descriptor itself.
 */
export function withoutWaiting(descriptor: number): number {
  if (!isPipe(descriptor)) return descriptor;
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return descriptor;
  }
}

export function isPipe(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFIFO();
  } catch {
    return false;
  }
}
