/**
 * What leaving out a rule of uWSGI's internal routing can do. An action that decides who gets an answer,
 * or which, is an error; one that only logs, decorates or speeds up is a warning. What is not known here
 * counts as the former.
 */

import type { Risk } from "./option.ts";

const harmless = new Set(
  `log donotlog logvar addvar addheader delheader remheader continue last goto signal alarm harakiri
  donotoffload static file sendfile fastfile hash expires setprocname gzip chunked offload flush fixcl
  forcecl metricinc metricdec metricmul metricdiv metricset cache cache-continue cachevar cacheset
  cachestore cache-store cacheinc cachedec cachemul cachediv + - * /`.split(/\s+/),
);

/** Of `route = ^/admin basicauth:Admin,user:secret`: a pattern or condition, a blank, an action. */
export function routeRisk(value: string): Risk {
  return routeRunRisk(value.trim().replace(/^\S+/, ""));
}

/** Of `route-run = addheader:X-Served-By: tsgi`: an action alone. */
export function routeRunRisk(value: string): Risk {
  const action = value.trim().replace(/:.*/s, "");
  return harmless.has(action) ? "warning" : "error";
}
