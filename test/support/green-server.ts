/** Servers whose workers have green threads, with the packages of .venv; and clients that all ask at once. */

import { createHash, randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { curl } from "./curl.ts";
import { HOME } from "./framework-server.ts";
import { type RunningServer, startServer } from "./start-server.ts";

export const GREEN_APP = fileURLToPath(new URL("../apps/green_app.py", import.meta.url));

export function startGreen(args: readonly string[]): Promise<RunningServer> {
  return startServer(["--home", HOME, ...args, GREEN_APP]);
}

export interface Crowd {
  readonly statuses: readonly string[];
  readonly seconds: number;
}

/** One curl, as many connections as requests. */
export async function askAtOnce(server: RunningServer, count: number, path: string): Promise<Crowd> {
  const urls = Array.from({ length: count }, () => ["--output", "/dev/null", `${server.url}${path}`]).flat();
  const parallel = ["--parallel", "--parallel-immediate", "--parallel-max", String(count)];
  const begin = performance.now();
  const written = await curl(...parallel, "--write-out", "%{http_code}\n", ...urls);
  return { statuses: written.trim().split("\n"), seconds: (performance.now() - begin) / 1000 };
}

/** Sends a body by pieces, with waits, and compares the digest that comes back. */
export async function upload(server: RunningServer, size: number): Promise<boolean> {
  const body = randomBytes(size);
  const pieces = new ReadableStream<Uint8Array>({
    async start(controller) {
      for (let at = 0; at < size; at += 100_000) {
        controller.enqueue(body.subarray(at, at + 100_000));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      controller.close();
    },
  });
  const response = await server.fetch("/upload", { method: "POST", body: pieces, duplex: "half" });
  return (await response.text()) === createHash("sha256").update(body).digest("hex");
}
