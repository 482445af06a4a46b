// What asking a person needs, without chance: requests are named in order.
import type { AskingMeans } from '../../src/approval/means.ts';
import { askingMeans } from '../../src/approval/means.ts';
import type { ApprovalMeans } from '../../src/proxy/context.ts';
import { call, conversation } from './conversation.ts';

/** Requests are named A1, A2, …; digests and seals are the real ones. */
export function namedInOrder(): ApprovalMeans {
  let count = 0;
  const real = askingMeans();
  const means: AskingMeans = { ...real, newId: () => `A${++count}` };
  return { means: () => means };
}

/** `drop` needs approval. */
export function asking(more: object = {}, entry: object = {}) {
  const drop = { action: 'require_approval', reason: 'it drops things', ...entry };
  return { version: '1', default: 'deny', tools: { drop, other: {} }, ...more };
}

export async function approvals(
  policy: object = asking(),
  elicitation: object | null | false = {},
) {
  const talk = await conversation([policy], 'enforce', { approvals: namedInOrder() });
  // Of 2026-07-28: no session begins with a handshake.
  if (elicitation === false) return talk;
  const capabilities = elicitation === null ? {} : { elicitation };
  const params = {
    protocolVersion: '2025-11-25',
    capabilities,
    clientInfo: { name: 't', version: '1' },
  };
  talk.client({ jsonrpc: '2.0', id: 'init', method: 'initialize', params });
  talk.server({ jsonrpc: '2.0', id: 'init', result: {} });
  return talk;
}

/** A call of 2026-07-28, of a client that shows forms unless told otherwise. */
export function modernCall(
  id: unknown,
  name: string,
  args: unknown,
  more: object = {},
  capabilities: object = { elicitation: { form: {} } },
) {
  const request = call(id, name, args);
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  return { ...request, params: { ...request.params, ...more, _meta } };
}
