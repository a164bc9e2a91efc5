/** Results as tables: for the terminal, and between the markers of docs/benchmarks.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { type FigureName, figures, isFigureName } from "./figures.ts";
import { reachLines } from "./reach.ts";
import type { Result, Row } from "./result.ts";
import { ROOT } from "./workshop.ts";

const PAGE = `${ROOT}/docs/benchmarks.md`;
const BEGIN = "<!-- bench: begin (npm run bench writes what follows) -->";
const END = "<!-- bench: end -->";

export function terminalTable(result: Result): string {
  const lines = tableOf(result);
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  const pad = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  const text = lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
  return [`${result.case}: ${result.about}`, text, ...remarks(result)].join("\n");
}

/** Writes every result that there is into the page; the text around the markers stays. */
export function updatePage(results: readonly Result[]): void {
  const page = readFileSync(PAGE, "utf8");
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/benchmarks.md has lost its markers: ${BEGIN} … ${END}`);
  const before = page.slice(0, begin + BEGIN.length);
  writeFileSync(PAGE, `${before}\n\n${pageText(results)}\n${page.slice(end)}`);
}

function pageText(results: readonly Result[]): string {
  const latest = results.toSorted((a, b) => a.measured.localeCompare(b.measured)).at(-1);
  if (latest === undefined) return "Nothing was measured yet.\n";
  const { machine, versions } = latest;
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured on ${latest.measured}: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, Linux ${machine.kernel}.`,
    `Versions: ${names.join(", ")}.`,
    ["| goal | reached | |", "|---|---|---|", ...reachLines(results)].join("\n"),
    ...results.map(section),
    "",
  ].join("\n\n");
}

function section(result: Result): string {
  const [head = [], ...rows] = tableOf(result);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = `|---|${"---:|".repeat(head.length - 1)}`;
  const notes = remarks(result).map((remark) => `- ${remark}`);
  const heading = `## ${result.case}\n\n${sentence(result)}\n`;
  return [heading, line(head), rule, ...rows.map(line), ...(notes.length > 0 ? ["", ...notes] : [])].join(
    "\n",
  );
}

function sentence({ about, processes, threads, rounds, seconds }: Result): string {
  const upper = `${about.slice(0, 1).toUpperCase()}${about.slice(1)}`;
  return `${upper}. ${processes} × ${threads} (processes × threads); ${rounds} ${rounds === 1 ? "round" : "rounds"} of ${seconds} s.`;
}

/** Head and rows; the last column is tsgi's figure divided by theirs, in the figure that the case is about. */
function tableOf(result: Result): string[][] {
  const names = Object.keys(figures).filter(isFigureName);
  const used = names.filter((name) => result.rows.some((row) => row.figures[name] !== undefined));
  const head = [
    "server",
    ...used.map((name) => figures[name].title),
    `tsgi ÷ it, ${figures[result.headline].title}`,
  ];
  return [head, ...result.rows.map((row) => [row.peer, ...used.map((name) => cell(row, name)), ratio(row)])];

  function ratio(row: Row): string {
    return result.ratios[row.peer]?.[result.headline]?.toFixed(2) ?? "";
  }
}

function cell(row: Row, name: FigureName): string {
  const value = row.figures[name];
  if (value === undefined) return "";
  return value.toLocaleString("en-US", {
    minimumFractionDigits: figures[name].digits,
    maximumFractionDigits: figures[name].digits,
  });
}

function remarks({ rows, leftOut }: Result): string[] {
  const notes = rows.flatMap((row) => row.notes.map((note) => `${row.peer}: ${note}`));
  return [...notes, ...leftOut.map(({ peer, why }) => `${peer} left out: ${why}`)];
}
