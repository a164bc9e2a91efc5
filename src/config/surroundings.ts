/** What the reader of a configuration asks of the world. */
export interface Surroundings {
  /** Absolute, without a slash at its end. */
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
  readonly cores: number;
  readonly user: { readonly id: number; readonly name: string };
  readonly group: { readonly id: number; readonly name: string };
  /** Microseconds since 1970. */
  readonly startTime: number;
  readonly isReload: boolean;
  readonly binaryPath: string;
  readonly version: string;

  /** Reads at most 1 MiB, and nothing of what is no regular file or pipe. */
  readText(path: string): TextRead;
  readDescriptor(descriptor: number): TextRead;
  kindOf(path: string): PathKind;
  isReadable(path: string): boolean;
  /** Without links in it; null where it does not exist. */
  realPath(path: string): string | null;
  /** Of a link itself; null where there is none. */
  inode(path: string): number | null;
  /** Names in a directory, sorted; null where it cannot be read. */
  list(directory: string): readonly string[] | null;
  /** Paths that match, sorted, directories with a slash at their end. */
  glob(pattern: string): readonly string[];
  /** Runs a command in /bin/sh; `problem` is null where it exited with 0. */
  run(command: string): { readonly output: string; readonly problem: string | null };
  /** An IPv4 or IPv6 address, or null. */
  resolveHost(host: string): Promise<string | null>;
}

export type PathKind = "file" | "directory" | "other" | "absent";

export type TextRead =
  /** `latin1Line` is the first line that is not UTF-8: the text was read as ISO 8859-1 then. */
  | { readonly kind: "text"; readonly text: string; readonly latin1Line: number | null }
  /** Completes "the file …": "does not exist", "is a directory". */
  | { readonly kind: "refused"; readonly reason: string };
