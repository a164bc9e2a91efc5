/** The variables of a request as the exchange that carries it through the router. */

import type { RequestFacts, Vars } from "../../wire/cgi/vars.ts";
import { encodeVarsOnly } from "../encode-request.ts";
import { type CgiCarrier, CgiExchange, describeRequest } from "./cgi-exchange.ts";
import type { Peer } from "./peer.ts";

/** Variables that were told of: once for each name is enough to find who sends it. */
const told = new Set<string>();

export function openExchange(
  carrier: CgiCarrier & { readonly peer: Peer },
  vars: Vars,
  facts: RequestFacts,
): CgiExchange {
  const { door, peer } = carrier;
  const power = vars.findPower();
  if (power !== null && !told.has(power)) {
    told.add(power);
    door.log.event(
      `${peer.title} sends ${power}: tsgi loads and reads nothing on a request's word (said once)`,
    );
  }
  return new CgiExchange(carrier, {
    request: encodeVarsOnly(vars, facts, peer.defaults),
    isHead: facts.isHead,
    described: describeRequest(vars, facts, door),
  });
}
