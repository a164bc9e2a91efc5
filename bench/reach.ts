/** What tsgi wants to reach, one row a goal, and whether the results say so. */
import { type FigureName, STARVES } from "./figures.ts";
import type { Result, Row } from "./result.ts";

interface Goal {
  readonly text: string;
  readonly case: string;
  readonly figure: FigureName;
  /** tsgi's figure against the best of these families; without any, against `factor` itself. */
  readonly families?: readonly string[];
  /** Leave out who lets connections starve. */
  readonly servingAll?: boolean;
  readonly atLeast?: number;
  readonly atMost?: number;
}

const SERVERS = ["uWSGI", "Gunicorn", "Granian", "Waitress", "Bjoern"] as const;

const goals: readonly Goal[] = [
  {
    text: "hello: processor time at most 2.5 × nginx",
    case: "hello-64",
    figure: "processorMicroseconds",
    families: ["limit in C"],
    atMost: 2.5,
  },
  goalOfRate("hello: requests/s at least 2 × uWSGI's best", "hello-64", ["uWSGI"], 2),
  {
    ...goalOfRate("the same, of its modes that serve every connection", "hello-64", ["uWSGI"], 2),
    servingAll: true,
  },
  goalOfRate("hello: requests/s at least 7 × Gunicorn's best", "hello-64", ["Gunicorn"], 7),
  goalOfRate("hello: requests/s not behind Granian", "hello-64", ["Granian"], 1),
  goalOfRate("Flask: requests/s not behind any peer that serves every connection", "flask", SERVERS, 1),
  goalOfLatency("Flask: p99 not behind any peer that serves every connection", "flask"),
  goalOfRate("Django: requests/s not behind any peer that serves every connection", "django", SERVERS, 1),
  goalOfLatency("Django: p99 not behind any peer that serves every connection", "django"),
  {
    text: "mix: p99 of the fast at most twice that without slow ones",
    case: "mix",
    figure: "fastP99Growth",
    atMost: 2,
  },
  {
    text: "mix: p99 of the fast better than every peer's, at the same rate",
    case: "mix",
    figure: "sameRateFastP99Milliseconds",
    families: SERVERS,
    atMost: 1,
  },
  {
    text: "8 Django workers take less memory than uWSGI's",
    case: "memory",
    figure: "memory8Megabytes",
    families: ["uWSGI"],
    atMost: 1,
  },
  {
    text: "each further Django worker at most 8 MB",
    case: "memory",
    figure: "memoryPerWorkerMegabytes",
    atMost: 8,
  },
  { text: "start to first reply within 500 ms", case: "start", figure: "startMilliseconds", atMost: 500 },
  {
    text: "10,000 idle connections in at most 100 MB",
    case: "idle-10k",
    figure: "memoryGrowthMegabytes",
    atMost: 100,
  },
];

/** Rows of a Markdown table: the goal, whether it is reached, the figures behind it. */
export function reachLines(results: readonly Result[]): string[] {
  return goals.flatMap((goal) => {
    const result = results.find((each) => each.case === goal.case);
    return result === undefined ? [] : reachLine(goal, result);
  });
}

function reachLine(goal: Goal, { rows }: Result): string[] {
  const ours = rows.find((row) => row.family === "tsgi")?.figures[goal.figure];
  const best = bestOf(rows, goal);
  if (ours === undefined || (goal.families !== undefined && best === undefined)) return [];
  const theirs = best?.figures[goal.figure];
  const value = theirs === undefined ? ours : ours / theirs;
  const reached =
    value >= (goal.atLeast ?? Number.NEGATIVE_INFINITY) && value <= (goal.atMost ?? Number.POSITIVE_INFINITY);
  const found = best === undefined ? value.toFixed(2) : `${value.toFixed(2)} × ${best.peer}`;
  return [`| ${goal.text} | ${reached ? "yes" : "no"} | ${found} |`];
}

function bestOf(rows: readonly Row[], { families = [], figure, atLeast, servingAll }: Goal): Row | undefined {
  const sign = atLeast === undefined ? 1 : -1;
  const fits = (row: Row): boolean =>
    families.includes(row.family) && !(servingAll && row.notes.includes(STARVES));
  const known = rows.filter((row) => fits(row) && row.figures[figure] !== undefined);
  return known.toSorted((a, b) => sign * ((a.figures[figure] ?? 0) - (b.figures[figure] ?? 0)))[0];
}

function goalOfRate(text: string, name: string, families: readonly string[], atLeast: number): Goal {
  return {
    text,
    case: name,
    figure: "requestsPerSecond",
    families,
    atLeast,
    servingAll: families === SERVERS,
  };
}

function goalOfLatency(text: string, name: string): Goal {
  return { text, case: name, figure: "p99Milliseconds", families: SERVERS, servingAll: true, atMost: 1 };
}
