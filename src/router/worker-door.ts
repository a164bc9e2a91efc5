/**
 * Where workers come in: a Unix socket in the run-time directory. Each connection is one worker
 * thread; after its hello it is a slot of the pool. When one ends, the worker's counter page tells
 * which of its requests had begun: these are lost, the others go to another slot unseen.
 */

import { closeSync, openSync, readSync, unlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { FromRouter, RouterSettings } from "../base/messages.ts";
import type { EventLog } from "../observe/event-log.ts";
import { FRAME, FRAME_HEADER, type Hello } from "../wire/frame.ts";
import type { Clock } from "./clock.ts";
import type { Exchange } from "./exchange.ts";
import { type Mark, Overtime } from "./overtime.ts";
import type { Pool } from "./pool.ts";
import { Slot, type SlotOwner } from "./slot.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** A worker that is buried says why; its slots may close before the news or after. How long to wait for it, ms. */
const NEWS = 50;
const MAX_HELLO = 65_536;

export class WorkerDoor implements SlotOwner {
  readonly #settings: RouterSettings;
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #log: EventLog;
  readonly #tell: (message: FromRouter) => void;
  readonly #server: Server;
  readonly #path: string;
  /** Open counter files by serial: kept so that they can be read when their worker is gone. */
  readonly #counters = new Map<number, number>();
  readonly #buried = new Map<number, string>();
  readonly #retiring = new Set<number>();
  readonly #overtime: Overtime;
  #toFlush: Slot[] = [];

  constructor(parts: {
    settings: RouterSettings;
    pool: Pool;
    clock: Clock;
    log: EventLog;
    tell: (message: FromRouter) => void;
  }) {
    this.#settings = parts.settings;
    this.#pool = parts.pool;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#tell = parts.tell;
    this.#path = join(parts.settings.runtimeDirectory, `router-${parts.settings.router}.sock`);
    this.#server = createServer((socket) => this.#accept(socket));
    const readMark = (slot: Slot) => this.#readMark(slot);
    this.#overtime = new Overtime({ pool: parts.pool, readMark, tell: parts.tell });
    this.#overtime.setLimit(parts.settings.harakiri);
  }

  /** From now on; where workers come in stays. */
  update({ harakiri }: RouterSettings): void {
    this.#overtime.setLimit(harakiri);
  }

  listen(): Promise<void> {
    try {
      unlinkSync(this.#path); // left by a killed predecessor
    } catch {
      // there was none
    }
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#path, 1024, () => {
        this.#server.off("error", reject);
        // For example EMFILE: this worker thread tries again.
        this.#server.on("error", (error) => this.#log.event(`cannot accept a worker: ${error.message}`));
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    socket.on("error", () => {}); // "close" follows
    let bytes = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length < FRAME_HEADER) return;
      const end = FRAME_HEADER + bytes.readUInt32LE(0);
      if (bytes[4] !== FRAME.hello || end > MAX_HELLO) {
        socket.destroy();
      } else if (bytes.length >= end) {
        socket.off("data", onData);
        this.#tryWelcome(socket, bytes.subarray(FRAME_HEADER, end), bytes.subarray(end));
      }
    };
    socket.on("data", onData);
  }

  #tryWelcome(socket: Socket, hello: Buffer, rest: Buffer): void {
    try {
      this.#welcome(socket, JSON.parse(hello.toString()) as Hello, rest);
    } catch (error) {
      // A worker that died meanwhile, its counter file with it; or no worker of ours.
      this.#log.event(`a worker's hello came to nothing: ${String(error)}`);
      socket.destroy();
    }
  }

  #welcome(socket: Socket, hello: Hello, rest: Buffer): void {
    const slot = new Slot(socket, hello, this);
    if (!this.#counters.has(hello.serial)) {
      this.#counters.set(hello.serial, openSync(join(this.#settings.runtimeDirectory, hello.counters), "r"));
    }
    slot.answered = this.#readMark(slot).begun;
    const process = this.#pool.add(slot);
    if (this.#retiring.has(hello.serial)) this.#pool.retire(process);
    slot.start(rest);
    if (process.slots.length === 1)
      this.#tell({ event: "workerConnected", serial: hello.serial, pid: hello.pid });
    if (process.isRetiring) this.#retireIdle(process);
    else this.#pool.dispatch(this.#clock.now());
  }

  now(): number {
    return this.#clock.now();
  }

  freed(slot: Slot): void {
    this.#pool.freed(slot);
    this.#pool.dispatch(this.#clock.now());
  }

  broken(slot: Slot, error: unknown): void {
    const { worker, pid } = slot.hello;
    if (error instanceof RangeError)
      this.#log.event(`worker ${worker} (pid ${pid}) broke the protocol: ${error.message}`);
    else this.#log.bug(`worker ${worker}`, error);
  }

  flushLater(slot: Slot): void {
    if (this.#toFlush.push(slot) === 1) setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    const slots = this.#toFlush;
    this.#toFlush = [];
    for (const slot of slots) slot.flush();
  };

  finished(slot: Slot, micros: number): void {
    this.#pool.finished(slot, micros, this.#clock.now());
    if (this.#retiring.size > 0 && slot.waiting.length === 0 && this.#retiring.has(slot.hello.serial)) {
      retireSlot(slot);
    }
  }

  lost(slot: Slot, waiting: readonly Exchange[]): void {
    this.#pool.remove(slot, waiting.length);
    const { serial } = slot.hello;
    const isLate = this.#overtime.forget(slot);
    if (waiting.length > 0) this.#settle(slot, waiting, isLate);
    if (this.#pool.processes.some((process) => process.serial === serial)) return;
    this.#closeCounters(serial);
    if (this.#retiring.has(serial)) this.#tell({ event: "workerRetired", serial });
  }

  /** Decides the fate of what stood on a lost slot: begun requests fail, the others go back. */
  #settle(slot: Slot, waiting: readonly Exchange[], isLate: boolean): void {
    const begun = Math.min(Math.max(this.#readMark(slot).begun - slot.answered, 0), waiting.length);
    const lost = waiting.slice(0, begun).filter((exchange) => !exchange.isAbandoned);
    this.#pool.requeue(waiting.slice(begun), this.#clock.now());
    if (lost.length === 0) return;
    const { worker, pid, serial } = slot.hello;
    setTimeout(() => {
      const how = this.#buried.get(serial) ?? "its connection ended";
      const why = `worker ${worker} (pid ${pid}) died: ${how}`;
      for (const exchange of lost)
        exchange.fail({ status: isLate && exchange === waiting[0] ? 504 : 502, why });
      this.#log.event(
        `worker ${worker} (pid ${pid}) died, requests that it was running: ${lost.length} (${how})`,
      );
    }, NEWS).unref();
  }

  #readMark(slot: Slot): Mark {
    const fd = this.#counters.get(slot.hello.serial);
    const pair = Buffer.alloc(16);
    if (fd === undefined || readSync(fd, pair, 0, 16, slot.hello.offset) < 16)
      return { begun: Number.MAX_SAFE_INTEGER, thread: 0n };
    return { begun: Number(pair.readBigUInt64LE()), thread: pair.readBigUInt64LE(8) };
  }

  #closeCounters(serial: number): void {
    const fd = this.#counters.get(serial);
    this.#counters.delete(serial);
    if (fd !== undefined) closeSync(fd);
  }

  /** The master says that a worker has died: what its sockets still hold open does not matter. */
  bury(serial: number, how: string): void {
    this.#buried.set(serial, how);
    setTimeout(() => this.#buried.delete(serial), 10 * NEWS).unref();
    const process = this.#pool.processes.find((candidate) => candidate.serial === serial);
    // What the worker sent before it died is in the sockets' buffers: read it first.
    if (process !== undefined) setTimeout(() => closeAll(process), NEWS / 2);
    this.#retiring.delete(serial);
  }

  /** The worker gets no more requests; each slot is told to leave as it becomes idle, or comes. */
  retire(serial: number): void {
    this.#retiring.add(serial);
    const process = this.#pool.processes.find((candidate) => candidate.serial === serial);
    if (process === undefined) return this.#tell({ event: "workerRetired", serial });
    this.#pool.retire(process);
    this.#retireIdle(process);
  }

  /** The worker is to be killed for a request that takes too long: as soon as the others have finished. */
  condemn(serial: number): void {
    this.retire(serial);
    this.#overtime.condemn(serial);
  }

  #retireIdle(process: WorkerProcess): void {
    for (const slot of process.slots) {
      if (slot.waiting.length === 0) retireSlot(slot);
    }
  }
}

function closeAll(process: WorkerProcess): void {
  for (const slot of [...process.slots]) slot.close();
}

function retireSlot(slot: Slot): void {
  if (slot.isRetiring) return;
  slot.isRetiring = true;
  slot.retire();
}
