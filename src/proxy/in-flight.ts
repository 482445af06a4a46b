// The requests that the server has yet to answer, and how many there may be.
import type { Id } from '../rpc/message.ts';
import type { Pending } from './action.ts';
import type { Slots } from './slots.ts';

/** More than this in flight is no client at work. */
export const MAX_IN_FLIGHT = 50_000;
/** Of all ids that are kept together: a client or a server may make one as long as a line. */
export const MAX_ID_CHARACTERS = 16 << 20;

export class InFlight extends Map<Id, Pending> {
  private characters = 0;

  constructor(private readonly slots: Slots) {
    super();
  }

  get isFull(): boolean {
    return this.size >= MAX_IN_FLIGHT || this.characters >= MAX_ID_CHARACTERS;
  }

  /** It waits for a person: the server is not at it, so its room is free. */
  waits(pending: Pending): void {
    if (pending.held !== undefined) this.slots.letGo(pending.held);
    pending.held = undefined;
  }

  /** It is answered: its room is free. */
  ended(pending: Pending): boolean {
    if (pending.held !== undefined) this.slots.letGo(pending.held);
    return this.delete(pending.id);
  }

  override set(id: Id, pending: Pending): this {
    if (!this.has(id)) this.characters += charactersOf(id);
    return super.set(id, pending);
  }

  override delete(id: Id): boolean {
    const found = super.delete(id);
    if (found) this.characters -= charactersOf(id);
    return found;
  }
}

export function charactersOf(id: Id): number {
  return typeof id === 'string' ? id.length : 0;
}
