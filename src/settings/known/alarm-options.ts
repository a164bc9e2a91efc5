import { noEffect, notYet, required } from "../known-rows.ts";

/** Telling somebody when something happens. */
export const alarmOptions = {
  ...notYet({
    alarm: required("name a way to tell somebody: NAME cmd:COMMAND, NAME curl:URL …"),
    "alarm-freq": required("raise the same alarm at most this often"),
    "alarm-fd": required("raise an alarm when a descriptor becomes readable: NAME DESCRIPTOR[:BYTES]"),
    "alarm-segfault": required("raise this alarm when a process crashes", { aliases: ["segfault-alarm"] }),
    "alarm-backlog": required("raise this alarm when no more connections can wait", {
      aliases: ["backlog-alarm", "lq-alarm", "alarm-lq", "alarm-listen-queue", "listen-queue-alarm"],
    }),
    "log-alarm": required("raise an alarm for lines of the log that match: NAME PATTERN", {
      aliases: ["alarm-log"],
    }),
    "not-log-alarm": required("raise no alarm for lines of the log that match: NAME PATTERN", {
      aliases: ["not-alarm-log"],
    }),
    "alarm-msg-size": required("the largest message of an alarm, in bytes"),
  }),
  ...noEffect({
    "alarm-cheap": required("alarms need no threads of their own"),
  }),
};
