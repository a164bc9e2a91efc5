const FARTHEST = 2;

/** The name that was probably meant: at most two typing errors away, or the only one that begins so; else null. */
export function nearestName(text: string, names: Iterable<string>): string | null {
  const known = [...names];
  let nearest: string | null = null;
  let least = Math.min(FARTHEST, Math.floor(text.length / 3)) + 1;
  for (const name of known) {
    const distance = Math.abs(name.length - text.length) < least ? editDistance(text, name) : least;
    if (distance < least) [nearest, least] = [name, distance];
  }
  if (nearest !== null || text.length < 3) return nearest;
  const beginning = known.filter((name) => name.startsWith(text));
  return beginning.length === 1 ? (beginning[0] ?? null) : null;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replaced = at(last, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const changed = Math.min(replaced, at(last, column) + 1, at(current, column - 1) + 1);
      current.push(
        row > 1 && column > 1 && swapped ? Math.min(changed, at(beforeLast, column - 2) + 1) : changed,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
