/** The options of uWSGI that have no setting here, by subject; in the order of docs/options.md. */

import { alwaysOptions } from "./known/always-options.ts";
import type { Row } from "./option.ts";

export interface KnownGroup {
  readonly title: string;
  readonly rows: Readonly<Record<string, Row>>;
}

export const knownGroups: readonly KnownGroup[] = [{ title: "Always so", rows: alwaysOptions }];
