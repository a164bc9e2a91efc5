import { bare, never, notYet, optional, required } from "../known-rows.ts";

/** Figures for those who watch the server. */
export const statsOptions = {
  ...notYet({
    stats: required("show the state of the server as JSON on this address", { aliases: ["stats-server"] }),
    "stats-http": bare("put an HTTP head in front of the JSON of stats"),
    "stats-minified": bare("leave blanks and line ends out of the JSON of stats", { aliases: ["stats-min"] }),
    "stats-no-cores": bare("leave the single threads out of the JSON of stats"),
    "stats-no-metrics": bare("leave the metrics out of the JSON of stats"),
    "stats-push": required("send the JSON of stats to a place again and again: file:PATH, socket:ADDRESS …"),
    "stats-pusher-default-freq": required("how often the JSON of stats is sent", {
      aliases: ["stats-pushers-default-freq"],
    }),
    "enable-metrics": bare("count what happens"),
    metric: required("add a figure of your own to the metrics"),
    "metric-threshold": required("raise an alarm when a metric passes a value: key=NAME,value=N,alarm=NAME", {
      aliases: ["metric-alarm", "alarm-metric"],
    }),
    "metrics-dir": required("write each metric to a file in this directory", { aliases: ["metric-dir"] }),
    "metrics-dir-restore": bare("begin with the values that stand in metrics-dir", {
      aliases: ["metric-dir-restore"],
    }),
    "metrics-no-cores": bare("leave the single threads out of the metrics"),
  }),
  ...never({
    snmp: optional("SNMP is not spoken; stats shows the same figures as JSON"),
    "snmp-community": required("SNMP is not spoken; stats shows the same figures as JSON"),
  }),
};
