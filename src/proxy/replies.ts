// What the client gets where the policy stopped its request.
import { denialText, type Verdict } from '../policy/verdict.ts';
import { ErrorCode, errorReply, type Id, resultReply } from '../rpc/message.ts';
import { VERDICT_KEY } from './methods.ts';

/** How a request wants to hear of a denial. */
export type ReplyForm =
  /** A tool result that the agent can reason about. */
  | 'result'
  /** The same, of the era whose results say that they are complete. */
  | 'modern-result'
  /** A JSON-RPC error: for whatever is no plain tool call. */
  | 'error';

export function denialReply(id: Id, form: ReplyForm, verdict: Verdict): string {
  const text = denialText(verdict);
  const meta = { [VERDICT_KEY]: verdict };
  if (form === 'error') return errorReply(id, ErrorCode.denied, text, meta);
  return resultReply(id, {
    ...(form === 'modern-result' ? { resultType: 'complete' } : {}),
    content: [{ type: 'text', text }],
    isError: true,
    _meta: meta,
  });
}
