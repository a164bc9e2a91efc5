import { refused } from "../option.ts";
import { path } from "../value-types.ts";

const BECAUSE = "this version reads no configuration files yet";

/** Configuration files: known, so that the message can say why they are refused. */
export const fileOptions = {
  ini: file("INI"),
  yaml: file("YAML"),
  xml: file("XML"),
  json: file("JSON"),
};

function file(format: string) {
  return refused({
    type: path("FILE"),
    dialect: "uwsgi",
    because: BECAUSE,
    help: `Refused: ${format}, ${BECAUSE}`,
  });
}
