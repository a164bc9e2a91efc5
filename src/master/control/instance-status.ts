import { SECOND } from "../../base/duration.ts";
import type { ReloadStatus, Status, WorkerStatus } from "../../base/status.ts";
import type { Equipment } from "../equipment.ts";
import type { Instance } from "../instance.ts";
import { urlsOf } from "../processes/listener-share.ts";
import { readResident } from "../processes/process-table.ts";
import type { LoadReport, Reports } from "../processes/reports.ts";
import type { WorkerHandle } from "../processes/worker-handle.ts";
import type { ReloadReport, Reloads } from "../reload/reloads.ts";
import { version } from "../start/start-report.ts";
import type { Phase } from "../start/start-up.ts";

export interface StatusParts {
  readonly instance: Instance;
  readonly equipment: Equipment;
  readonly reports: Reports;
  readonly reloads: Reloads;
  readonly phase: () => Phase;
}

/** Asks the routers first, where there is somebody who sees to it that they answer in time. */
export async function askStatus(parts: StatusParts): Promise<Status> {
  const report = parts.phase() === "serving" ? await parts.reports.ask() : null;
  return describeInstance(parts, report);
}

function describeInstance(
  { instance, equipment, reloads, phase }: StatusParts,
  report: LoadReport | null,
): Status {
  const { zygote, routers, crew, generation } = instance;
  return {
    version: version(),
    pid: process.pid,
    uptime: Math.round(process.uptime()),
    generation: generation.number,
    phase: phase(),
    paused: instance.isPaused,
    listeners: urlsOf(equipment.listeners),
    lastReload: describeReload(reloads.last),
    connections: report?.connections ?? 0,
    waiting: report?.waiting ?? 0,
    requests: report?.requests ?? 0,
    size: crew.seats.length,
    zygote:
      zygote === null
        ? null
        : { pid: zygote.pid, generation: zygote.generation, rss: readResident(zygote.pid) },
    routers: routers.map(({ number, pid }) => ({
      number: number + 1,
      pid,
      connections: report?.routers.get(number)?.connections ?? 0,
      waiting: report?.routers.get(number)?.waiting ?? 0,
      rss: readResident(pid),
    })),
    workers: crew.living
      .toSorted((left, right) => left.number - right.number || left.serial - right.serial)
      .map((worker) => describeWorker(worker, { report, hasSeat: crew.hasSeat(worker) })),
  };
}

function describeReload(report: ReloadReport | null): ReloadStatus | null {
  if (report === null) return null;
  const { began, ended, cause, outcome, generation, error } = report;
  return {
    began: showTime(began),
    ended: ended === null ? null : showTime(ended),
    cause,
    outcome,
    generation,
    error,
  };
}

function showTime(time: number): string {
  return new Date(time).toISOString();
}

function describeWorker(
  worker: WorkerHandle,
  { report, hasSeat }: { report: LoadReport | null; hasSeat: boolean },
): WorkerStatus {
  const { number, pid, zygote, askedAt } = worker;
  const { requests = 0, running = 0 } = report?.workers.get(worker.serial) ?? {};
  return {
    number,
    pid,
    state: stateOf(worker, { running, hasSeat }),
    generation: zygote.generation,
    age: Math.round((Date.now() - askedAt) / SECOND),
    requests,
    running,
    rss: pid === null ? null : readResident(pid),
  };
}

/** One without a seat serves until its successor does. */
function stateOf(
  { servingSince, retiring }: WorkerHandle,
  { running, hasSeat }: { running: number; hasSeat: boolean },
): WorkerStatus["state"] {
  if (retiring !== null || !hasSeat) return "leaving";
  if (servingSince === null) return "starting";
  return running > 0 ? "busy" : "idle";
}
