/**
 * Clients that ask one request after the other, each with an id of its own, and note how it went.
 *
 *   await using load = startLoad(server.port, { connections: 32, prefix: "a", request: getOrPost });
 *   await load.stop();
 */

import { RawClient } from "./raw-client.ts";
import type { RawResponse } from "./raw-response.ts";
import { sleep } from "./start-server.ts";

export interface Outcome {
  readonly id: string;
  /** 0: the connection ended instead of an answer. -1: 200 with a body that was not meant for this request. */
  readonly status: number;
  readonly milliseconds: number;
}

const WRONG_BODY = -1;

export interface Load extends AsyncDisposable {
  readonly outcomes: readonly Outcome[];
  /** Connects that the listener has refused. */
  readonly refused: readonly string[];
  /** No new requests; resolves when the last one is answered. */
  stop(): Promise<void>;
}

/** `request` makes the bytes of the request with that id; it should say so in X-Id. */
export function startLoad(
  port: number,
  load: {
    connections: number;
    prefix: string;
    request: (id: string, number: number) => string;
    /** A new connection for each request. */
    once?: boolean;
    /** Milliseconds between a response and the next request of that client. */
    pause?: number;
    /** Whether the body is the one that belongs to the request. */
    isRight?: (id: string, number: number, body: Buffer) => boolean;
  },
): Load {
  const outcomes: Outcome[] = [];
  const refused: string[] = [];
  let isOver = false;
  let number = 0;
  const lane = async (): Promise<void> => {
    while (!isOver) {
      let client: RawClient;
      try {
        client = await RawClient.connect(port);
      } catch (error) {
        refused.push(String(error));
        await sleep(5);
        continue;
      }
      while (!isOver && !client.isOver) {
        number += 1;
        const own = number;
        const id = `${load.prefix}-${own}`;
        const start = performance.now();
        client.send(load.request(id, own));
        const response = await client.response().catch(() => null);
        const isRight = (body: Buffer) => load.isRight?.(id, own, body) ?? true;
        const status = response === null ? 0 : statusOf(response, isRight);
        outcomes.push({ id, status, milliseconds: performance.now() - start });
        if (load.pause !== undefined) await sleep(load.pause);
        if (status === 0 || load.once || response?.header("connection") === "close") break;
      }
      client[Symbol.dispose]();
    }
  };
  const lanes = Array.from({ length: load.connections }, lane);
  const stop = async (): Promise<void> => {
    isOver = true;
    await Promise.all(lanes);
  };
  return { outcomes, refused, stop, [Symbol.asyncDispose]: stop };
}

function statusOf({ status, body }: RawResponse, isRight: (body: Buffer) => boolean): number {
  return status === 200 && !isRight(body) ? WRONG_BODY : status;
}

/** GET and POST in turn, to an application that takes about a millisecond. */
export function getOrPost(id: string, number: number): string {
  const head = `/sleep?0.00${number % 3} HTTP/1.1\r\nHost: a\r\nX-Id: ${id}\r\n`;
  return number % 2 === 0 ? `GET ${head}\r\n` : `POST ${head}Content-Length: 4\r\n\r\nbody`;
}
