import type { CheaperAlgorithm } from "../../settings/table/scaling-options.ts";
import type { Algorithm } from "./algorithm.ts";
import { backlog } from "./backlog.ts";
import { busyness } from "./busyness.ts";
import { spare, spare2 } from "./spare.ts";

/** Only an operator changes the number. */
const manual: Algorithm = (memory) => ({ change: 0, why: "", memory });

/** By the name in cheaper-algo. backlog2 is for those who know it: what it adds in uWSGI, ours all do. */
export const algorithms: Readonly<Record<CheaperAlgorithm, Algorithm>> = {
  spare,
  spare2,
  backlog,
  backlog2: backlog,
  busyness,
  manual,
};
