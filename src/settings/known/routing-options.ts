import { notYet, required } from "../known-rows.ts";
import { routeRisk, routeRunRisk } from "../route-risk.ts";

/** Rules that act on a request before the application does. */
export const routingOptions = {
  ...notYet(
    {
      route: required("act on requests whose path matches: PATTERN ACTION[:ARGUMENTS]"),
      "route-host": required("act on requests whose Host header matches: PATTERN ACTION[:ARGUMENTS]"),
      "route-uri": required("act on requests whose target matches: PATTERN ACTION[:ARGUMENTS]"),
      "route-qs": required("act on requests whose query string matches: PATTERN ACTION[:ARGUMENTS]"),
      "route-remote-addr": required(
        "act on requests of clients whose address matches: PATTERN ACTION[:ARGUMENTS]",
      ),
      "route-user-agent": required("act on requests whose User-Agent matches: PATTERN ACTION[:ARGUMENTS]"),
      "route-remote-user": required(
        "act on requests of users whose name matches: PATTERN ACTION[:ARGUMENTS]",
      ),
      "route-referer": required("act on requests whose Referer matches: PATTERN ACTION[:ARGUMENTS]"),
      "route-if": required("act on requests for which a condition holds: CONDITION ACTION[:ARGUMENTS]"),
      "route-if-not": required(
        "act on requests for which a condition does not hold: CONDITION ACTION[:ARGUMENTS]",
      ),
    },
    { risk: routeRisk },
  ),
  ...notYet({ "route-run": required("act on every request: ACTION[:ARGUMENTS]") }, { risk: routeRunRisk }),
  ...notYet({ "route-label": required("name a place in the rules, for goto") }),
};
