import { surroundingsOf } from "../../src/cli/surroundings.ts";
import { readConfiguration } from "../../src/config/uwsgi/read-configuration.ts";
import { options } from "../../src/settings/options.ts";
import { type Reading, readSettings } from "../../src/settings/read-settings.ts";
import { vocabularyOf } from "../../src/settings/vocabulary.ts";

const vocabulary = vocabularyOf(options);

/** What a command line comes to, where no variable of the environment says anything. */
export async function readArguments(argv: readonly string[]): Promise<Reading> {
  const surroundings = { ...surroundingsOf("0"), environment: {} };
  return readSettings(await readConfiguration({ argv, vocabulary, surroundings }));
}
