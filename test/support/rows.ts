// A row of the record for tests that write one without a session.
import type { RecordRow, SessionFacts } from '../../src/audit/record.ts';

export const FACTS: SessionFacts = {
  session: 's',
  server: 'srv',
  grant: 'default',
  mode: 'enforce',
  policy: 'abc',
};

/** A call that was denied; `reason` and `args` say how long the row is. */
export function deniedRow(
  at: number,
  subject: string,
  { reason, args }: { reason: string; args: string },
): RecordRow {
  return {
    facts: FACTS,
    at,
    method: 'tools/call',
    verdict: {
      effect: 'deny',
      subject,
      category: 'unknown',
      layer: 'policy',
      key: null,
      reason,
      limits: [],
      approval: null,
    },
    forwarded: false,
    arguments: args,
  };
}
