/** Waits for something of the system: a file, a network interface, somebody who listens. */

import { existsSync, readFileSync, statSync } from "node:fs";
import net from "node:net";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Address, parseAddress } from "../../base/address.ts";
import type { Awaited } from "../../base/hook.ts";
import { showSpan } from "../processes/endings.ts";

/** How often it is looked. */
const PAUSE = 200;

export interface Waiting {
  readonly what: Awaited;
  readonly path: string;
  /** Relative paths are seen from there. */
  readonly directory: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Answers null when it is there, else what is to be said of it. Throws when the signal aborts. */
export async function waitFor({ what, path, directory, timeout, signal }: Waiting): Promise<string | null> {
  const deadline = Date.now() + timeout;
  while (!(await isThere(what, path, directory))) {
    if (Date.now() >= deadline) return `${path} is not there after ${showSpan(timeout)}`;
    await pause(PAUSE, signal);
  }
  return null;
}

/** Throws what `signal` aborts with. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
}

async function isThere(what: Awaited, path: string, directory: string): Promise<boolean> {
  const place = resolve(directory, path);
  const found = what === "fs" || what === "file" || what === "dir" ? look(place) : undefined;
  switch (what) {
    case "fs":
      return found !== undefined;
    case "file":
      return found?.isFile() ?? false;
    case "dir":
      return found?.isDirectory() ?? false;
    case "mountpoint":
      return mountpoints().includes(place);
    case "interface":
      return existsSync(`/sys/class/net/${path}`);
    case "socket":
      return await isListening(path, directory);
  }
}

/** What may not be looked at counts as not there. */
function look(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Field 5 of each line, with blanks written as \040. */
function mountpoints(): readonly string[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").trim().split("\n");
  return lines.map((line) =>
    (line.split(" ")[4] ?? "").replace(/\\(\d{3})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    ),
  );
}

async function isListening(text: string, directory: string): Promise<boolean> {
  const address = parseAddress(text);
  if (address.kind === "invalid" || address.value.kind === "fd") return false;
  const { promise, resolve: answer } = Promise.withResolvers<boolean>();
  const socket = net.connect(targetOf(address.value, directory));
  socket.setTimeout(5 * PAUSE, () => answer(false));
  socket.once("connect", () => answer(true));
  socket.once("error", () => answer(false));
  const isConnected = await promise;
  socket.destroy();
  return isConnected;
}

function targetOf(address: Exclude<Address, { kind: "fd" }>, directory: string): net.NetConnectOpts {
  switch (address.kind) {
    case "tcp":
      return { host: address.host, port: address.port };
    case "unix":
      return { path: resolve(directory, address.path) };
    case "abstract":
      return { path: `\0${address.name}` };
  }
}
