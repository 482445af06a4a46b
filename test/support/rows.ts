// A row of the record for tests that write one without a session.
import type { RecordRow } from '../../src/audit/record.ts';

/** A call that was denied; `reason` and `args` say how long the row is. */
export function deniedRow(
  at: number,
  subject: string,
  { reason, args }: { reason: string; args: string },
): RecordRow {
  return {
    at,
    session: 's',
    server: 'srv',
    grant: 'default',
    mode: 'enforce',
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
    policy: 'abc',
  };
}
