// Requests for approval as data.
import type { Entry } from '../../src/approval/book.ts';
import type { ApprovalRequest } from '../../src/approval/request.ts';

/** A moment that tests count from. */
export const NOW = Date.UTC(2026, 10, 22, 9, 20, 0);

export const request = (change: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  ...{ id: 'ABCD2345', key: 'k', definition: null, session: 's', server: 'ecs', grant: 'default' },
  ...{ tool: 'delete_app', subject: 'delete_app', category: 'destructive', reason: null },
  ...{ arguments: '{"name":"a"}', also: null, remember: 'once', via: ['elicitation', 'queue'] },
  ...{ askedAt: NOW, expiresAt: NOW + 45_000, freeFrom: NOW + 45_000 },
  ...change,
});

export const entry = (
  change: Partial<Omit<Entry, 'request'>> = {},
  of: Partial<ApprovalRequest> = {},
): Entry => ({
  ...{ request: request(of), standing: 'waiting', answeredAt: null, by: null, note: null },
  usableUntil: NOW + 645_000,
  ...change,
});
