/** To the standard output, to its end. Whoever reads it may stop before, as `head` does. */
export async function print(text: string): Promise<void> {
  // What is in the pipe's queue would be lost when the process exits.
  const error = await new Promise<Error | null | undefined>((resolve) => {
    process.stdout.on("error", resolve);
    process.stdout.write(text, resolve);
  });
  const isLeft = error instanceof Error && "code" in error && error.code === "EPIPE";
  if (error && !isLeft) throw error;
}

const NARROWEST = 60;
const WIDEST = 160;

/** Columns to fill; `fallback` where nobody looks on. */
export function outputWidth(fallback = 100): number {
  return Math.min(Math.max(process.stdout.columns ?? fallback, NARROWEST), WIDEST);
}
