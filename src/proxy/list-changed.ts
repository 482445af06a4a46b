// Tells the client that a list may show other items now, in the way of its era.
import { type Id, member, readId } from '../rpc/message.ts';
import { escapeBreaks } from '../rpc/neutral.ts';
import type { Member } from '../rpc/scan.ts';
import { membersOf } from '../rpc/walk.ts';
import type { Action, Pending } from './action.ts';
import type { InFlight } from './in-flight.ts';

export const KINDS = ['tools', 'resources', 'prompts'] as const;
export type Kind = (typeof KINDS)[number];

const LISTED: ReadonlyMap<string, Kind> = new Map([
  ['tools/list', 'tools'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'resources'],
  ['prompts/list', 'prompts'],
]);

/** 2026-07-28: what a server says first on a stream that a client has asked for. */
export const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const LISTEN = 'subscriptions/listen';
const SUBSCRIPTION_KEY = 'io.modelcontextprotocol/subscriptionId';
const TRUE = 0x74;

/**
 * Whoever has seen no list yet will see the new one. Up to 2025-11-25 such notifications come unasked;
 * they are sent whatever the server declared, as it is not the server whose list changes, and a client
 * that does not expect them passes over them. In 2026-07-28 they come on the streams alone on which
 * the server has promised them.
 */
export class ShownLists {
  private readonly seen = new Set<Kind>();
  private readonly promised = new WeakMap<Pending, readonly Kind[]>();

  /** Notes the members of a result that the client gets. */
  shown(method: string, result: readonly Member[]): void {
    const kind = LISTED.get(method);
    // All results of 2026-07-28 say of which type they are.
    if (kind !== undefined && member(result, 'resultType') === undefined) this.seen.add(kind);
  }

  /** Notes what the server promises on a stream. */
  acknowledged(buffer: Buffer, params: readonly Member[], pending: InFlight): void {
    const agreed = member(params, 'notifications');
    const id = subscriptionOf(buffer, params);
    const request = id === undefined ? undefined : pending.get(id);
    if (agreed === undefined || request?.method !== LISTEN) return;
    const keys = membersOf(buffer, agreed.start)
      .filter(({ value }) => buffer[value.start] === TRUE)
      .map(({ key }) => key);
    const kinds = KINDS.filter(kind => keys.includes(`${kind}ListChanged`));
    this.promised.set(request, kinds);
  }

  /** What the client is told of changes in these lists. */
  changed(kinds: readonly Kind[], pending: InFlight): Action[] {
    if (kinds.length === 0) return [];
    const unasked = kinds.filter(kind => this.seen.has(kind)).map(kind => notification(kind));
    const asked = [...pending.values()].flatMap(request => {
      if (request.method !== LISTEN || request.cancelled) return [];
      const promised = this.promised.get(request) ?? [];
      return kinds
        .filter(kind => promised.includes(kind))
        .map(kind => notification(kind, { _meta: { [SUBSCRIPTION_KEY]: request.id } }));
    });
    return [...unasked, ...asked].map(text => ({ kind: 'reply', text }));
  }
}

function subscriptionOf(buffer: Buffer, params: readonly Member[]): Id | undefined {
  const meta = member(params, '_meta');
  const found = meta && membersOf(buffer, meta.start).find(({ key }) => key === SUBSCRIPTION_KEY);
  return found && readId(buffer, found.value.start, found.value.end, false);
}

function notification(kind: Kind, params?: object): string {
  const method = `notifications/${kind}/list_changed`;
  // A client may split lines where its own id has a line break of Unicode's.
  return `${escapeBreaks(JSON.stringify({ jsonrpc: '2.0', method, ...(params && { params }) }))}\n`;
}
