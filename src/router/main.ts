/**
 * A router process: every byte from and to clients. The master starts it with the listeners as
 * inherited descriptors and speaks to it over Node's IPC channel; when that channel ends, the master
 * is gone, and the last router standing leaves nothing behind.
 */

import { rmSync, unlinkSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { SIGNALS } from "../base/commands.ts";
import type { ListenerMessage } from "../base/listener-message.ts";
import type { FromRouter, RouterSettings, ToRouter } from "../base/messages.ts";
import { AccessLog } from "../observe/access-log.ts";
import { EventLog } from "../observe/event-log.ts";
import { LineWriter } from "../observe/line-writer.ts";
import { replaceDescriptor } from "../observe/replace-descriptor.ts";
import { ClientDoor } from "./client-door.ts";
import { Clock } from "./clock.ts";
import { Pool } from "./pool.ts";
import { WorkerDoor } from "./worker-door.ts";

type Order = Exclude<ToRouter, { do: "configure" }>;

interface Router {
  /** Those of the start: listeners and directories. */
  readonly settings: RouterSettings;
  readonly pool: Pool;
  readonly workers: WorkerDoor;
  readonly clients: ClientDoor;
  readonly clock: Clock;
  /** Everything that this process logs leaves through these. */
  readonly events: LineWriter;
  readonly requests: LineWriter;
  readonly log: EventLog;
}

const STDOUT = 1;
const STDERR = 2;

// Responses are put together in buffers from Node's pool. With its 8 KiB each larger one would be an
// allocation of its own, which V8's accounting of external memory makes dear.
Buffer.poolSize = 131_072;

let router: Router | null = null;
/** What came while the router was being made: it takes a moment until the workers' socket listens. */
const early: Order[] = [];

function tell(message: FromRouter): void {
  if (process.connected) process.send?.(message);
}

async function configure(settings: RouterSettings): Promise<void> {
  process.title = settings.title;
  dropPrivileges(settings);
  const clock = new Clock();
  const pool = new Pool(settings, {
    limitReached: (serial, requests) => tell({ event: "limitReached", serial, requests }),
    deserted: () => tell({ event: "workersWanted" }),
  });
  const events = new LineWriter(STDERR);
  const requests = new LineWriter(settings.accessLog.fd);
  const log = new EventLog(events, settings.routers === 1 ? "router" : `router ${settings.router + 1}`);
  const workers = new WorkerDoor({ settings, pool, clock, log, tell });
  const clients = new ClientDoor({ settings, pool, clock, log, accessLog: accessLogOf(settings, requests) });
  await workers.listen();
  router = {
    settings,
    pool,
    workers,
    clients,
    clock,
    events,
    requests,
    log,
  };
  for (const order of early.splice(0)) obey(router, order);
  tell({ event: "ready" });
  // A router ends by a signal, which would leave a clone's cache of stripped modules unwritten.
  flushCompileCache();
}

/** Null where no request is to be logged. */
function accessLogOf({ accessLog: { classes } }: RouterSettings, requests: LineWriter): AccessLog | null {
  return classes?.length === 0 ? null : new AccessLog(requests, classes);
}

/** A router needs no supplementary groups: its log is open, and files come from the workers by /proc. */
function dropPrivileges({ uid, gid }: RouterSettings): void {
  if (gid !== null) {
    if (process.getuid?.() === 0) process.setgroups?.([gid]);
    process.setgid?.(gid);
  }
  if (uid !== null) process.setuid?.(uid);
}

async function accept({ clients }: Router): Promise<void> {
  clients.isOpen = true;
  for (const listener of clients.listeners) if (!(await listen(clients, listener))) return;
  tell({ event: "accepting" });
}

/** A reload has brought it. */
async function addListener({ clients }: Router, listener: ListenerMessage): Promise<void> {
  clients.listeners = [...clients.listeners, listener];
  if (clients.isOpen) await listen(clients, listener);
}

/** Whether it works; the master is told where it does not. */
async function listen(clients: ClientDoor, listener: ListenerMessage): Promise<boolean> {
  try {
    await clients.listen(listener);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    tell({ event: "listenFailed", url: listener.url, code });
    return false;
  }
}

async function drain({ clients, events, requests }: Router, patience: number): Promise<void> {
  await clients.drain(patience);
  await Promise.all([events.flush(), requests.flush()]);
  tell({ event: "drained" });
}

async function reopenLogs(
  { settings, events, requests, log }: Router,
  paths: ToRouter & { do: "reopenLogs" },
): Promise<void> {
  const sharesLog = settings.accessLog.fd === STDOUT;
  const ofRequests = sharesLog ? paths.log : paths.requests;
  const reopened = await Promise.allSettled([
    paths.log === null ? null : events.reopen(paths.log),
    ofRequests === null ? null : requests.reopen(ofRequests),
  ]);
  for (const one of reopened) if (one.status === "rejected") log.event(`a log stays as it is: ${one.reason}`);
  // Nothing is written there by us: it would only keep the old file.
  if (!sharesLog && paths.log !== null) replaceDescriptor(STDOUT, paths.log);
}

function report({ pool, clients, clock }: Router, round: number): void {
  const connections = clients.connections.size;
  tell({ event: "report", round, connections, ...pool.report(clock.now()) });
}

/** `handle`: Node's own, of a listener that comes with the message. */
function onMessage(message: ToRouter, handle?: { readonly fd: number }): void {
  if (message.do === "listen" && handle !== undefined)
    return onMessage({ ...message, listener: { ...message.listener, fd: handle.fd } });
  if (message.do === "configure") void configure(message.settings);
  else if (router === null) early.push(message);
  else obey(router, message);
}

function obey(router: Router, message: Order): void {
  switch (message.do) {
    case "update":
      router.pool.update(message.settings);
      router.workers.update(message.settings);
      router.clients.update(message.settings, accessLogOf(message.settings, router.requests));
      return;
    case "accept":
      void accept(router);
      return;
    case "listen":
      void addListener(router, message.listener);
      return;
    case "unlisten":
      void router.clients.remove(message.url);
      return;
    case "drain":
      void drain(router, message.patience);
      return;
    case "retire":
      router.workers.retire(message.serial);
      return;
    case "condemn":
      return router.workers.condemn(message.serial);
    case "buried":
      router.workers.bury(message.serial, message.how);
      return;
    case "limit":
      return router.pool.limit(message.serial, message.requests);
    case "pause":
      return router.pool.pause(message.isPaused, router.clock.now());
    case "reopenLogs":
      void reopenLogs(router, message);
      return;
    case "report":
      return report(router, message.round);
  }
}

/** The master is gone, killed perhaps: remove what it would have removed. */
function onMasterGone(): void {
  if (router !== null) {
    // Once it drains, the master has done so itself, or a successor has the same sockets.
    if (!router.clients.isDraining) for (const listener of router.clients.listeners) removeSocket(listener);
    rmSync(router.settings.runtimeDirectory, { recursive: true, force: true });
  }
  // Not process.exit: it waits for a log line that is stuck in a pipe which nobody reads.
  process.kill(process.pid, "SIGKILL");
}

function removeSocket(listener: ListenerMessage): void {
  if (listener.unlink === undefined) return;
  try {
    unlinkSync(listener.unlink);
  } catch {
    // already gone, or not ours to remove
  }
}

process.on("message", onMessage);
process.on("disconnect", onMasterGone);
// The master hears the terminal's signals and decides; a router that died of them would cut its clients.
for (const signal of SIGNALS) process.on(signal, () => {});
