/**
 * An HTTP/1 client that sends exactly the bytes it is told to, in the pieces it is told to, and
 * reads responses strictly: what RFC 9112 does not allow in a response fails the test.
 *
 *   using client = await RawClient.connect(server.port);
 *   client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
 *   const { status, body } = await client.response();
 *   await client.untilClosed();       what came behind the last response that was read
 */
import { connect, type Socket } from "node:net";
import { type RawResponse, readResponse } from "./raw-response.ts";

const PATIENCE = 10_000;

export interface Reading {
  /** The response is to HEAD: no body follows its head. */
  readonly isHead?: boolean;
  readonly milliseconds?: number;
}

export class RawClient implements Disposable {
  readonly socket: Socket;
  /** The server has closed its side, or the connection is gone. */
  isOver = false;
  #bytes = Buffer.alloc(65_536);
  #size = 0;
  #pauseAt = Number.POSITIVE_INFINITY;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#add(chunk));
    const end = () => {
      this.isOver = true;
      this.#wake();
    };
    socket.on("end", end).on("close", end).on("error", end);
  }

  /** By TCP to a port of this machine, or to a Unix socket. */
  static connect(where: number | string): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const address = typeof where === "number" ? { port: where, host: "127.0.0.1" } : { path: where };
      const socket = connect({ ...address, allowHalfOpen: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new RawClient(socket));
      });
    });
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  /** Resolves when the kernel has taken the bytes. */
  sent(bytes: string | Uint8Array): Promise<void> {
    const buffer = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
    return new Promise((resolve) => this.socket.write(buffer, () => resolve()));
  }

  /** Bytes that have come and were not read as a response. */
  get unread(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  /** The next response, after the interim ones before it. Rejects on anything malformed. */
  async response({ isHead = false, milliseconds = PATIENCE }: Reading = {}): Promise<RawResponse> {
    const deadline = Date.now() + milliseconds;
    for (;;) {
      const read = readResponse(this.unread, { isHead, isOver: this.isOver });
      if (read.kind === "response") {
        this.#bytes.copyWithin(0, read.size, this.#size);
        this.#size -= read.size;
        return read.response;
      }
      if (this.isOver) throw new Error(`the connection ended within a response: ${this.#describe()}`);
      await this.#more(deadline, read.wanted);
    }
  }

  /** Reads until so many bytes are there, or the end, and then no further. */
  async readUpTo(size: number, milliseconds = PATIENCE): Promise<void> {
    this.#pauseAt = size;
    this.socket.resume();
    if (this.#size < size && !this.isOver) await this.#more(Date.now() + milliseconds, size);
    this.socket.pause();
    this.#pauseAt = Number.POSITIVE_INFINITY;
  }

  /** Waits until the server has closed; what had come by then. */
  async untilClosed(milliseconds = PATIENCE): Promise<Buffer> {
    const deadline = Date.now() + milliseconds;
    while (!this.isOver) await this.#more(deadline, Number.POSITIVE_INFINITY);
    return Buffer.from(this.unread);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  #add(chunk: Buffer): void {
    const size = this.#size + chunk.length;
    if (size > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(size, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#size);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.#size);
    this.#size = size;
    if (size >= this.#pauseAt) this.socket.pause();
    this.#wake();
  }

  /** Waits for `wanted` bytes altogether, or the end. */
  #more(deadline: number, wanted: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no complete response in time: ${this.#describe()}`)),
        Math.max(deadline - Date.now(), 1),
      );
      this.#wake = () => {
        if (this.#size < wanted && !this.isOver) return;
        clearTimeout(timer);
        this.#wake = () => {};
        resolve();
      };
    });
  }

  #describe(): string {
    return `${this.#size} bytes, ${JSON.stringify(this.unread.toString("latin1", 0, 300))}`;
  }
}

/** One request on a connection of its own, and its response. */
export async function ask(
  where: number | string,
  request: string | Uint8Array,
  reading: Reading = {},
): Promise<RawResponse> {
  using client = await RawClient.connect(where);
  client.send(request);
  return await client.response(reading);
}
