/** What a zygote is told of the application and of names; the rest is in messages.ts. */

/** How an application is named. */
export interface TargetMessage {
  /** A path to a file, or a dotted module name; exactly one of the two. */
  readonly file: string | null;
  readonly module: string | null;
  /** "application", "app.wsgi" or a call with literal arguments: "create_app('production', debug=False)". Null: look for "application", then "app". */
  readonly callable: string | null;
}

/** Which applications there are, and where they are looked for. */
export interface ApplicationMessage {
  /** What answers where no mounted application does; null for nothing: 404. */
  readonly default: TargetMessage | null;
  /** `prefix` begins with a slash, or is "" for the root. */
  readonly mounts: readonly { readonly prefix: string; readonly target: TargetMessage }[];
  /** Whether PATH_INFO chooses among the mounts and loses their prefix; else SCRIPT_NAME chooses as it came. */
  readonly manageScriptName: boolean;
  /** Modules or files to import first: where the application is, and in the zygote even when lazy. */
  readonly imports: readonly string[];
  readonly sharedImports: readonly string[];
  /** Entered before the import, and after it. */
  readonly chdir: string | null;
  readonly chdirAfter: string | null;
  /** sys.argv behind its first element. */
  readonly argv: readonly string[];
  /** Put before sys.path, in this order. */
  readonly pythonpath: readonly string[];
}

/** How processes are called in `ps`: what is put around, or stands instead of, what they are. */
export interface TitleParts {
  /** Instead of "tsgi: worker 3 [app]". */
  readonly title: string | null;
  readonly prefix: string;
  readonly suffix: string;
}
