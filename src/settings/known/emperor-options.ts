import { bare, notYet, required } from "../known-rows.ts";

/** One process that runs an instance for each configuration it finds. */
export const emperorOptions = {
  ...notYet(
    {
      emperor: required("run an instance for each configuration file in this directory"),
      "emperor-tyrant": bare("run each instance as the owner of its configuration file"),
      "emperor-tyrant-nofollow": bare("take the owner of a symbolic link, not of the file that it names"),
      "emperor-cap": required("the capabilities that each instance keeps", {
        aliases: ["vassals-cap", "vassal-cap"],
      }),
      "emperor-use-clone": required("put each instance into namespaces of its own"),
      "emperor-wrapper": required("start each instance through this program"),
      "emperor-wrapper-override": required("start each instance through this program, if it is there"),
      "emperor-wrapper-fallback": required("start an instance through this program, if no other is there"),
    },
    { risk: "error" },
  ),
  ...notYet({
    "emperor-proxy-socket": required("let an instance run instances of its own, asked for on this socket"),
    "emperor-nofollow": bare("look at the time of a symbolic link, not of the file that it names"),
    "emperor-procname": required("the emperor's process title"),
    "emperor-freq": required("how often the emperor looks for changed configurations"),
    "emperor-required-heartbeat": required("how long an instance may be silent before it is restarted"),
    "emperor-curse-tolerance": required("how long an instance that is to stop may take before it is killed"),
    "emperor-pidfile": required("write the emperor's process id to this file"),
    "emperor-stats": required("show the emperor's state as JSON on this address", {
      aliases: ["emperor-stats-server"],
    }),
    "early-emperor": bare("start the emperor before anything else"),
    "emperor-broodlord": required("let loaded instances ask for up to this many reinforcements"),
    "emperor-throttle": required(
      "wait this many milliseconds before an instance that failed is started again",
    ),
    "emperor-max-throttle": required(
      "wait at most this many milliseconds before a failed instance is started again",
    ),
    "emperor-magic-exec": bare("run configuration files that are executable, and read what they print"),
    "emperor-on-demand-extension": required(
      "start an instance with its first connection, on the socket that the file of this extension names",
      { aliases: ["emperor-on-demand-ext"] },
    ),
    "emperor-on-demand-directory": required(
      "start an instance with its first connection, on the Unix socket of its name in this directory",
      { aliases: ["emperor-on-demand-dir"] },
    ),
    "emperor-on-demand-exec": required(
      "start an instance with its first connection, on the socket that this command prints",
    ),
    "emperor-extra-extension": required("take files with this extension as configurations, too", {
      aliases: ["emperor-extra-ext"],
    }),
    "emperor-no-blacklist": bare("start an instance that failed again without waiting longer each time"),
    "emperor-graceful-shutdown": bare("let the instances finish their requests when the emperor stops"),
    "vassals-inherit": required("read this file as a template after the configuration of each instance"),
    "vassals-include": required("read this file after the configuration of each instance"),
    "vassals-inherit-before": required(
      "read this file as a template before the configuration of each instance",
    ),
    "vassals-include-before": required("read this file before the configuration of each instance"),
    "vassals-start-hook": required("run this command before each instance starts"),
    "vassals-stop-hook": required("run this command after each instance has stopped"),
    "vassals-set": required("set this option or placeholder in each instance", { aliases: ["vassal-set"] }),
    "vassal-sos": required("ask the emperor for reinforcement while overloaded"),
    "vassal-sos-backlog": required("ask the emperor for reinforcement when more connections than this wait"),
    heartbeat: required("tell the emperor this often that the instance is well"),
  }),
};
