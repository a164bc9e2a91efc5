import { bare, notYet, required } from "../known-rows.ts";

/** As many workers as the load needs. */
export const cheaperOptions = notYet({
  cheap: bare("start no worker before the first request"),
  "cheaper-rss-limit-soft": required("start no worker while all of them use more memory than this"),
  "cheaper-rss-limit-hard": required("end workers while all of them use more memory than this"),
  idle: required("end the workers when no request has come for this time"),
  "die-on-idle": bare(
    "stop, instead of ending only the workers, when no request has come for the time of idle",
  ),
});
