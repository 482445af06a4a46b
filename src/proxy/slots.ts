// Room for calls of an entry that are in flight at once, in one session.
import type { Slot } from '../policy/decision.ts';

/** A cancelled call may still be at work for so long, unless its answer comes. */
const AFTER_CANCEL_MS = 10 * 60_000;

/** What one call holds, until it is let go. */
export interface Held {
  readonly slots: readonly Slot[];
  /** When the client cancelled the call, milliseconds since 1970. */
  cancelledAt: number | undefined;
}

export class Slots {
  private readonly held = new Map<string, Set<Held>>();

  /** The first of them that has no room at `now`; undefined where all have. */
  busy(slots: readonly Slot[], now: number): Slot | undefined {
    return slots.find(slot => this.isBusy(slot, now));
  }

  /** Takes those that have room: only observed ones have none where a call goes on all the same. */
  take(wanted: readonly Slot[], now: number): Held | undefined {
    if (wanted.length === 0) return undefined;
    const slots = wanted.filter(slot => !this.isBusy(slot, now));
    const held: Held = { slots, cancelledAt: undefined };
    for (const slot of slots) this.holders(slot).add(held);
    return held;
  }

  letGo(held: Held): void {
    for (const slot of held.slots) this.holders(slot).delete(held);
  }

  private isBusy(slot: Slot, now: number): boolean {
    const holders = this.holders(slot);
    if (holders.size < slot.max) return false;
    for (const held of holders)
      if (held.cancelledAt !== undefined && now - held.cancelledAt >= AFTER_CANCEL_MS)
        this.letGo(held);
    return holders.size >= slot.max;
  }

  private holders({ layer, key }: Slot): Set<Held> {
    const name = JSON.stringify([layer, key]);
    const known = this.held.get(name) ?? new Set();
    this.held.set(name, known);
    return known;
  }
}
