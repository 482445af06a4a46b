// Requests for approval and remembered answers, for programs.
import type { Entry } from '../approval/book.ts';
import { phaseOf } from '../approval/fate.ts';
import { spliced } from '../approval/json.ts';
import type { Remembered } from '../approval/request.ts';
import { escapeJson } from './escape.ts';

/** `{"id", "server", "tool", …, "expiresAt", "arguments", "also"}`; times are ISO 8601, UTC. */
export function entryJson(entry: Entry, now: number): string {
  const { request, answeredAt, by, note, usableUntil } = entry;
  const { id, server, grant, tool, subject, category, reason, remember, via } = request;
  const phase = phaseOf(entry, now);
  const plain = {
    ...{ id, server, grant, tool, subject, category, reason },
    // How it ended, where it has.
    state: phase === 'over' && entry.standing !== 'waiting' ? entry.standing : phase,
    askedAt: iso(request.askedAt),
    expiresAt: iso(request.expiresAt),
    usableUntil: iso(usableUntil),
    answeredAt: answeredAt === null ? null : iso(answeredAt),
    ...{ by, note, via },
    remember: typeof remember === 'number' ? `${remember / 1000}s` : remember,
  };
  return escapeJson(spliced(plain, { arguments: request.arguments, also: request.also }));
}

/** `{"number", "server", "tool", "session", "since", "until", "arguments"}`. */
export function rememberedJson(known: Remembered): string {
  const { id, server, tool, session, since, until } = known;
  const plain = { number: id, server, tool, session, since: iso(since), until: iso(until) };
  return escapeJson(spliced(plain, { arguments: known.arguments }));
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
