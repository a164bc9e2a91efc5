/** One request on a connection of its own: is the server there, does it answer as it should, how soon. */
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface Reply {
  readonly status: number;
  readonly body: Buffer;
  readonly milliseconds: number;
}

export interface Exchange {
  readonly url: string;
  readonly post?: Buffer;
  /** Milliseconds until it is given up. */
  readonly patience?: number;
}

export function request({ url, post, patience = 10_000 }: Exchange): Promise<Reply> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const method = post === undefined ? "GET" : "POST";
    const headers = post === undefined ? {} : { "content-length": post.length };
    const signal = AbortSignal.timeout(Math.ceil(patience));
    const sent = http.request(url, { method, headers, agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        resolve({ status, body: Buffer.concat(chunks), milliseconds: performance.now() - started });
      });
    });
    sent.on("error", reject);
    sent.end(post);
  });
}

/** Asks again every 2 ms until the answer is 200; null once `goesOn` says that there is no hope. */
export async function firstReply(url: string, goesOn: () => boolean): Promise<Reply | null> {
  while (goesOn()) {
    const reply = await request({ url, patience: 5000 }).catch(refusedYet);
    if (reply?.status === 200) return reply;
    await sleep(2);
  }
  return null;
}

/** Not listening yet, or closed while it starts: that is what is waited for. */
function refusedYet(error: Error): null {
  if ("code" in error && typeof error.code === "string") return null;
  throw error;
}
