/**
 * Placeholders in a value: $(NAME), @(file), %(name) and %(a + 1).
 *
 * The scan is uWSGI's: left to right; what stands unclosed or has no value stays as written; after a
 * replacement it begins again at the second character, so that a value may bring further placeholders
 * along, but not as its very first character.
 */

/** Past these a value refers to itself, or is made to fill the memory. */
const MOST_REPLACEMENTS = 1000;
export const LONGEST_VALUE = 1 << 20;

export type Replaced =
  | { readonly kind: "value"; readonly value: string; readonly undefined: readonly string[] }
  | { readonly kind: "endless"; readonly name: string };

/** Replaces each `${symbol}(name)` for which `lookUp` has a value. */
export function replacePlaceholders(
  text: string,
  symbol: "$" | "@" | "%",
  lookUp: (name: string) => string | null,
): Replaced {
  let value = text;
  let from = 0;
  const unknown = new Set<string>();
  for (let count = 0; ; count++) {
    const found = nextPlaceholder(value, symbol, from);
    if (found === null) return { kind: "value", value, undefined: [...unknown] };
    const replacement = lookUp(found.name);
    if (replacement === null) {
      unknown.add(found.name);
      from = found.end;
      continue;
    }
    value = value.slice(0, found.start) + replacement + value.slice(found.end);
    from = 1;
    if (count >= MOST_REPLACEMENTS || value.length > LONGEST_VALUE)
      return { kind: "endless", name: found.name };
  }
}

interface Found {
  readonly name: string;
  readonly start: number;
  /** Behind the closing parenthesis. */
  readonly end: number;
}

/** Parentheses inside a name are counted; the symbol inside one begins a new placeholder. */
function nextPlaceholder(value: string, symbol: string, from: number): Found | null {
  let start = -1;
  let depth = 0;
  for (let at = from; at < value.length; at++) {
    if (start < 0) at = value.indexOf(symbol, at);
    if (at < 0) return null;
    const character = value[at];
    if (character === symbol) start = -1;
    if (character === symbol && value[at + 1] === "(") {
      start = at;
      depth = 0;
      at++;
    } else if (character === "(") {
      depth++;
    } else if (character === ")" && depth > 0) {
      depth--;
    } else if (character === ")") {
      if (at > start + 2) return { name: value.slice(start + 2, at), start, end: at + 1 };
      start = -1;
    }
  }
  return null;
}

/**
 * The value of what stands between the parentheses of %(…): an option's, or, where there are blanks,
 * a calculation from left to right with whole numbers. Names beside each other are joined.
 */
export function evaluate(expression: string, lookUp: (name: string) => string | null): string | null {
  if (!expression.includes(" ")) return lookUp(expression);
  let current: string | null = null;
  let operator = "";
  for (const word of expression.split(" ").filter((part) => part !== "")) {
    if (/^[-+*/]$/.test(word)) {
      operator = word;
    } else if (word === "++" || word === "--") {
      if (current !== null) current = shown(wholeNumber(current) + (word === "++" ? 1n : -1n));
      operator = "";
    } else {
      const operand: string = /^\d+$/.test(word) ? word : (lookUp(word) ?? "");
      current = calculate(current ?? "", operator, operand);
      operator = "";
    }
  }
  return current;
}

/** The names that an expression refers to. */
export function namesIn(expression: string): readonly string[] {
  if (!expression.includes(" ")) return [expression];
  return expression.split(" ").filter((word) => /[^-+*/\d]/.test(word));
}

function calculate(left: string, operator: string, right: string): string {
  if (operator === "") return left + right;
  const [first, second] = [wholeNumber(left), wholeNumber(right)];
  if (operator === "+") return shown(first + second);
  if (operator === "-") return shown(first - second);
  if (operator === "*") return shown(first * second);
  return second === 0n ? "0" : shown(first / second);
}

function shown(result: bigint): string {
  return String(BigInt.asIntN(64, result));
}

/** As C reads a number: what stands before the first other character, else 0. */
function wholeNumber(text: string): bigint {
  return BigInt.asIntN(64, BigInt(/^\s*\+?(-?\d+)/.exec(text.slice(0, 32))?.[1] ?? "0"));
}
