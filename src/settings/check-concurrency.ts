import type { Finding, Judged } from "./judgement.ts";
import type { OptionValues } from "./options.ts";

/** Threads and green threads are two ways to one end: green ones win, as in Gunicorn; two kinds of them cannot be. */
export function checkConcurrency(
  { gevent, eventlet, threads }: OptionValues,
  judged: readonly Judged[],
): readonly Finding[] {
  const findings: Finding[] = [];
  if (gevent !== null && eventlet !== null) {
    const both = `a worker has green threads of one kind: leave out this or ${originOf("gevent", judged)}`;
    findings.push({ severity: "error", message: `${originOf("eventlet", judged)}: ${both}` });
  }
  if (threads > 1 && (gevent !== null || eventlet !== null)) {
    const green = originOf(gevent !== null ? "gevent" : "eventlet", judged);
    const ignored = `is ignored: ${green} gives each worker green threads instead`;
    findings.push({ severity: "warning", message: `${originOf("threads", judged)}: ${ignored}` });
  }
  return findings;
}

function originOf(name: string, judged: readonly Judged[]): string {
  return judged.findLast(({ judgement }) => judgement.entry.name === name)?.judgement.entry.origin ?? name;
}
