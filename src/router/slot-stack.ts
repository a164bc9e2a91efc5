import type { Slot } from "./slot.ts";

/**
 * Slots of one worker that are in the same state; the last one added is the first to be taken, so that a
 * few stay warm. Each call takes the same time however many there are. A slot is in one stack at most.
 */
export class SlotStack {
  readonly #slots: Slot[] = [];

  top(): Slot | undefined {
    return this.#slots.at(-1);
  }

  push(slot: Slot): void {
    slot.position = this.#slots.length;
    this.#slots.push(slot);
  }

  pop(): void {
    const slot = this.#slots.pop();
    if (slot !== undefined) slot.position = -1;
  }

  has(slot: Slot): boolean {
    return this.#slots[slot.position] === slot;
  }

  /** The last one takes its place: the order is a preference only. */
  remove(slot: Slot): void {
    if (!this.has(slot)) return;
    const { position } = slot;
    const last = this.#slots.pop();
    slot.position = -1;
    if (last === undefined || last === slot) return;
    last.position = position;
    this.#slots[position] = last;
  }
}
