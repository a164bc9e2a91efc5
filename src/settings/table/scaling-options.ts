import { SECOND } from "../../base/duration.ts";
import { option } from "../option.ts";
import { choice, count, duration, flag, size } from "../value-types.ts";
import { PROCESSES } from "./process-options.ts";

/** Of the time, in which a worker is at work. */
const PERCENT = { from: 1, to: 100 };
const ALGORITHMS = ["spare", "spare2", "backlog", "backlog2", "busyness", "manual"] as const;
export type CheaperAlgorithm = (typeof ALGORITHMS)[number];
const MANY = { from: 1, to: 1_000_000 };

/** As many workers as the load needs. */
export const scalingOptions = {
  cheaper: option({
    type: count({ from: 0, to: PROCESSES.to }),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "Keep at least this many workers, and make as many more as the load needs, up to --processes; 0 for a number that stays",
  }),
  "cheaper-initial": option({
    type: count(PROCESSES),
    default: null,
    dialect: "uwsgi",
    reload: "restart",
    help: "Workers that a start makes with --cheaper; without it as many as --cheaper says",
  }),
  "cheaper-algo": option({
    type: choice<CheaperAlgorithm>(ALGORITHMS),
    default: "spare",
    dialect: "uwsgi",
    reload: "applies",
    help: "By what the number of workers is chosen: docs/scaling.md compares them",
  }),
  "cheaper-step": option({
    type: count(PROCESSES),
    default: 1,
    dialect: "uwsgi",
    reload: "applies",
    help: "Workers that are started at a time",
  }),
  "cheaper-overload": option({
    type: count(MANY),
    default: 3,
    dialect: "uwsgi",
    reload: "applies",
    help: "spare: seconds with all workers busy until there are more. backlog: requests that may wait. busyness: seconds over which the average is taken",
  }),
  "cheaper-idle": option({
    type: duration(),
    default: 10 * SECOND,
    dialect: "uwsgi",
    reload: "applies",
    help: "spare2: how long there must be one free worker too many until it ends",
  }),
  "cheaper-busyness-max": option({
    type: count(PERCENT),
    default: 50,
    dialect: "uwsgi",
    reload: "applies",
    help: "busyness: more workers above this percentage of busy time",
  }),
  "cheaper-busyness-min": option({
    type: count({ from: 0, to: 100 }),
    default: 25,
    dialect: "uwsgi",
    reload: "applies",
    help: "busyness: fewer workers below this percentage of busy time",
  }),
  "cheaper-busyness-multiplier": option({
    type: count(MANY),
    default: 10,
    dialect: "uwsgi",
    reload: "applies",
    help: "busyness: a worker ends after so many calm stretches of --cheaper-overload seconds",
  }),
  "cheaper-busyness-penalty": option({
    type: count({ from: 0, to: MANY.to }),
    default: 2,
    dialect: "uwsgi",
    reload: "applies",
    help: "busyness: so many calm stretches more after a worker that ended was missed soon",
  }),
  "cheaper-busyness-verbose": option({
    type: flag(),
    default: false,
    dialect: "uwsgi",
    reload: "applies",
    help: "busyness: log each second how much of their time the workers were busy",
  }),
  "cheaper-busyness-backlog-alert": option({
    type: count({ from: 0, to: MANY.to }),
    default: 33,
    dialect: "uwsgi",
    reload: "applies",
    help: "busyness: emergency workers at once when more requests wait than this",
  }),
  "cheaper-busyness-backlog-step": option({
    type: count(PROCESSES),
    default: 1,
    dialect: "uwsgi",
    reload: "applies",
    help: "busyness: emergency workers that are started at a time",
  }),
  "cheaper-busyness-backlog-multiplier": option({
    type: count(MANY),
    default: 3,
    dialect: "uwsgi",
    reload: "applies",
    help: "busyness: an emergency worker ends after so many calm stretches",
  }),
  "cheaper-busyness-backlog-nonzero": option({
    type: duration(),
    default: 60 * SECOND,
    dialect: "uwsgi",
    reload: "applies",
    help: "busyness: an emergency worker when requests have been waiting for this long without a break",
  }),
  "cheaper-rss-limit-soft": option({
    type: size(),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "No further worker while all of them use more memory than this; 0 for no limit",
  }),
  "cheaper-rss-limit-hard": option({
    type: size(),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "One worker less while all of them use more memory than this, down to --cheaper; 0 for no limit",
  }),
  cheap: option({
    type: flag(),
    default: false,
    dialect: "uwsgi",
    reload: "restart",
    help: "Start no worker before the first request, which waits for it",
  }),
  idle: option({
    type: duration(),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "Let all workers leave when no request has come for this time; the next one starts them anew. 0 for never",
  }),
  "die-on-idle": option({
    type: flag(),
    default: false,
    dialect: "uwsgi",
    reload: "applies",
    help: "Stop altogether when no request has come for the time of --idle",
  }),
};
