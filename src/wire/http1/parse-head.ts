/** Reads one request head: the scan of its lines, then what its target and its framing mean. */

import { decideFraming } from "./framing.ts";
import type { RequestHead } from "./request-head.ts";
import { splitTarget } from "./target.ts";

/**
 * Parses `bytes[start, end)` into `head`. Returns the offset of the first byte behind the head,
 * INCOMPLETE (call again with the same bytes and more), or REFUSED with `head.refusal` set.
 */
export function parseHead(head: RequestHead, bytes: Buffer, start: number, end: number): number {
  const behind = head.scan(bytes, start, end);
  if (behind <= 0) return behind;
  const refusal = splitTarget(head) ?? decideFraming(head);
  return refusal === null ? behind : head.refuse(refusal);
}
