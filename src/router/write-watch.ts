/**
 * Sees whether a client takes what it is sent. One write may carry a megabyte, so it is not enough to
 * see writes end: a client that reads slowly but steadily must not be cut off in the midst of one.
 */

import type { Socket } from "node:net";

export class WriteWatch {
  #sent = -1;
  #queued = -1;
  #deadline = 0;

  /** Whether nothing has left for `timeout` milliseconds although there is something to send. */
  isStalled(socket: Socket, now: number, timeout: number): boolean {
    const unsent = socket.writableLength;
    if (unsent === 0) {
      this.#sent = -1;
      return false;
    }
    const sent = socket.bytesWritten - unsent;
    const queued = queuedBytes(socket);
    if (sent !== this.#sent || queued !== this.#queued) {
      this.#sent = sent;
      this.#queued = queued;
      this.#deadline = now + timeout;
    }
    return now >= this.#deadline;
  }
}

/** Bytes of the running write that the kernel has not taken: what Node's own socket time-out looks at. */
function queuedBytes(socket: Socket): number {
  // Node has no public name for it. Where it is missing, only whole writes count as progress.
  const { _handle } = socket as { _handle?: { writeQueueSize?: number } | null };
  return _handle?.writeQueueSize ?? 0;
}
