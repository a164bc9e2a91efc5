import { notYet, required } from "../known-rows.ts";
import type { NotYet } from "../option.ts";
import { routeRisk, routeRunRisk } from "../route-risk.ts";

/** What a rule may look at; "" is the plain name, as in `error-route`. */
const subjects = {
  "": "path",
  "-host": "Host header",
  "-uri": "request target",
  "-qs": "query string",
  "-remote-addr": "client address",
  "-user-agent": "User-Agent header",
  "-remote-user": "remote user",
  "-referer": "Referer header",
};

/** Rules that act once the application has been asked: on a status, between head and body, when all is sent. */
export const laterRuleOptions = {
  ...rules("error-route", "as soon as the status is known"),
  ...rules("response-route", "between the head and the body of a response"),
  // What comes after the response can keep nothing from the client.
  ...rules("final-route", "once the response has been sent", { risk: "warning", runRisk: "warning" }),
};

function rules(
  name: string,
  when: string,
  { risk, runRisk }: Risks = { risk: routeRisk, runRisk: routeRunRisk },
): ReturnType<typeof notYet> {
  const matches = Object.entries(subjects).map(([ending, subject]) => [
    name + ending,
    required(`act ${when}, if the ${subject} matches: PATTERN ACTION[:ARGUMENTS]`),
  ]);
  const conditions = {
    [`${name}-status`]: required(`act ${when}, if it is this status: STATUS ACTION[:ARGUMENTS]`),
    [`${name}-if`]: required(`act ${when}, if a condition holds: CONDITION ACTION[:ARGUMENTS]`),
    [`${name}-if-not`]: required(`act ${when}, if a condition does not hold: CONDITION ACTION[:ARGUMENTS]`),
  };
  return {
    ...notYet({ ...Object.fromEntries(matches), ...conditions }, { risk }),
    ...notYet({ [`${name}-run`]: required(`always act ${when}: ACTION[:ARGUMENTS]`) }, { risk: runRisk }),
    ...notYet({ [`${name}-label`]: required(`name a place in the ${name} rules, for goto`) }),
  };
}

interface Risks {
  readonly risk: NotYet["risk"];
  readonly runRisk: NotYet["risk"];
}
