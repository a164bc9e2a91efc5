import { alike, never, notYet, required } from "../known-rows.ts";

/** Commands by the clock. */
export const jobOptions = {
  ...notYet({
    cron: required("run a command at these times: MINUTE HOUR DAY MONTH WEEKDAY COMMAND"),
    cron2: required("run a command at these times: minute=N,hour=N COMMAND"),
    "unique-cron": required("run a command at these times, unless it still runs"),
    "cron-harakiri": required("kill a cron command that runs longer than this"),
    "curl-cron": required("fetch a URL at these times: MINUTE HOUR DAY MONTH WEEKDAY URL", {
      aliases: ["cron-curl"],
    }),
  }),
  ...never(
    alike("tsgi elects no leader among machines; let the scheduler of the cluster start it in one place", {
      required: `legion-cron cron-legion unique-legion-cron unique-cron-legion
        legion-curl-cron legion-cron-curl curl-cron-legion cron-curl-legion
        legion-attach-daemon legion-smart-attach-daemon legion-smart-attach-daemon2`,
    }),
  ),
};
