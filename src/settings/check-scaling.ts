import type { Finding, Judged } from "./judgement.ts";
import type { OptionValues } from "./options.ts";

type Remark = readonly [name: string, text: string];

/** Numbers of workers that contradict one another: what is done then is said. */
export function checkScaling(
  { cheaper, cheaperInitial, processes, idle, dieOnIdle }: OptionValues,
  judged: readonly Judged[],
): readonly Finding[] {
  const remarks: Remark[] = [];
  if (cheaper >= processes && cheaper > 0)
    remarks.push(["cheaper", `has no effect: it is not below processes, and there are always ${processes}`]);
  else if (cheaperInitial !== null && cheaper > 0 && (cheaperInitial < cheaper || cheaperInitial > processes))
    remarks.push([
      "cheaper-initial",
      `is not from cheaper to processes: the nearest of ${cheaper} to ${processes} counts`,
    ]);
  if (dieOnIdle && idle === 0) remarks.push(["die-on-idle", "has no effect without idle"]);
  if (cheaper === 0) remarks.push(...withoutCheaper(judged));
  return remarks.map(([name, text]) => ({
    severity: "warning",
    message: `${originOf(name, judged)}: ${text}`,
  }));
}

function withoutCheaper(judged: readonly Judged[]): readonly Remark[] {
  const [first] = judged.filter(({ judgement }) => judgement.entry.name.startsWith("cheaper-"));
  return first === undefined ? [] : [[first.judgement.entry.name, "has no effect without cheaper"]];
}

function originOf(name: string, judged: readonly Judged[]): string {
  return judged.findLast(({ judgement }) => judgement.entry.name === name)?.judgement.entry.origin ?? name;
}
