// How a request stands at a moment, and why an answer to it is refused.
import { describe, expect, test } from 'vitest';
import { ApprovalBook, type Entry } from '../../src/approval/book.ts';
import { fateOf, type Phase, phaseOf, whyNot } from '../../src/approval/fate.ts';
import { MemoryApprovals } from '../../src/approval/memory.ts';
import type { Standing } from '../../src/approval/request.ts';
import { entry, NOW } from '../support/requests.ts';

const LAPSED = NOW + 645_001;
const answered = { answeredAt: NOW + 5000, by: 'a terminal' } as const;

describe('a request', () => {
  test.each<[string, Entry, number, Phase, RegExp]>([
    ['at first', entry(), NOW, 'waiting', /^waits for an answer: 45 s left$/],
    [
      'left by a wrapper that was killed',
      entry(),
      NOW + 45_000,
      'late',
      /^was not answered in time/,
    ],
    ['timed out', entry({ standing: 'expired' }), NOW + 46_000, 'late', /can still be approved/],
    ['timed out long ago', entry({ standing: 'expired' }), LAPSED, 'over', /^ran out at/],
    ['never answered', entry(), LAPSED, 'over', /^ran out at/],
    [
      'answered',
      entry({ standing: 'approved', ...answered }),
      NOW + 6000,
      'approved',
      /by a terminal, and its call has not gone on yet/,
    ],
    [
      'used',
      entry({ standing: 'used', ...answered }),
      NOW + 6000,
      'over',
      /by a terminal, and its call has gone on/,
    ],
    [
      'denied',
      entry({ standing: 'denied', ...answered, note: 'no' }),
      NOW + 6000,
      'over',
      /by a terminal: no$/,
    ],
    ['withdrawn', entry({ standing: 'withdrawn' }), NOW, 'over', /^was withdrawn/],
    ['from the future', entry(), NOW - 1, 'over', /has not reached/],
  ])('%s', (_, of, now, phase, fate) => {
    expect(phaseOf(of, now)).toBe(phase);
    expect(fateOf(of, now)).toMatch(fate);
  });
});

describe('an answer', () => {
  const yes = { yes: true, lasts: false };
  const lasting = { yes: true, lasts: true };
  const no = { yes: false, lasts: false };
  const long = { arguments: `{"sql":"${'a'.repeat(1000)}"}` };
  test.each<[string, Entry | undefined, typeof yes, RegExp | undefined]>([
    ['no such request', undefined, yes, /^there is no request `ABCD2345`$/],
    ['yes', entry(), yes, undefined],
    ['no', entry(), no, undefined],
    ['late', entry({ standing: 'expired' }), yes, undefined],
    ['yes after yes', entry({ standing: 'approved', ...answered }), yes, /was approved at/],
    ['no after yes', entry({ standing: 'approved', ...answered }), no, undefined],
    ['yes after no', entry({ standing: 'denied', ...answered }), yes, /was denied at/],
    ['no after no', entry({ standing: 'denied', ...answered }), no, /was denied at/],
    [
      'yes where a program decides',
      entry({}, { via: ['command'] }),
      yes,
      /it decided by its program$/,
    ],
    [
      'yes where others decide',
      entry({}, { via: ['elicitation', 'command'] }),
      yes,
      /in the client, or by its program$/,
    ],
    ['no where others decide', entry({}, { via: ['command'] }), no, undefined],
    ['for a while', entry({}, { remember: 900_000 }), lasting, undefined],
    ['for a session', entry({}, { remember: 'session' }), lasting, undefined],
    ['for a while, not allowed', entry(), lasting, /this one call only$/],
    [
      'for a while, not shown whole',
      entry({}, { remember: 'session', ...long }),
      lasting,
      /too long/,
    ],
  ])('%s', (_, of, answer, message) => {
    const problem = whyNot('ABCD2345', of, answer, NOW + 6000);
    if (message === undefined) expect(problem).toBeUndefined();
    else expect(problem?.message).toMatch(message);
  });

  const standings: Standing[] = ['waiting', 'approved', 'denied', 'used', 'expired', 'withdrawn'];
  test.each(standings)('that is not refused is one that the book takes: %s', standing => {
    for (const now of [NOW - 1, NOW, NOW + 45_000, LAPSED - 1, LAPSED])
      for (const answer of [yes, no]) {
        const table = new MemoryApprovals();
        table.put(entry({ standing }));
        const taken = { by: 'a terminal', note: null, ...answer } as const;
        if (whyNot('ABCD2345', table.get('ABCD2345'), answer, now) === undefined)
          expect(new ApprovalBook(table).answer('ABCD2345', taken, now)).toBeDefined();
      }
  });
});
