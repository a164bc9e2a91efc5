/**
 * Sees whether a client takes what it is sent. Writes are of at most 64 KiB, so a reader needs that
 * much within each time-out; one that takes a byte a minute is found out at the first.
 */

import type { Socket } from "node:net";

export class WriteWatch {
  #sent = -1;
  #deadline = 0;

  /** Whether nothing has left for `timeout` milliseconds although there is something to send. */
  isStalled(socket: Socket, now: number, timeout: number): boolean {
    const unsent = socket.writableLength;
    if (unsent === 0) {
      this.#sent = -1;
      return false;
    }
    const sent = socket.bytesWritten - unsent;
    if (sent !== this.#sent) {
      this.#sent = sent;
      this.#deadline = now + timeout;
    }
    return now >= this.#deadline;
  }
}
