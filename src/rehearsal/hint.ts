// What to look at where a call came to something else than a test expects.
import { isExceeded } from '../policy/limits.ts';
import type { Verdict } from '../policy/verdict.ts';
import type { Judgement } from './rehearsal.ts';
import type { Expected } from './test-schema.ts';

/** `what` differs first. */
export function hintFor(what: keyof Expected, expected: Expected, { verdict }: Judgement): string {
  if (verdict.layer === 'protocol')
    return 'no rule was asked: the wrapper refuses such a message whatever the policy says';
  if (what !== 'effect') return `the effect is as expected${BESIDES[what]}`;
  if (expected.effect === 'rate_limit') return withoutLimit(verdict);
  switch (verdict.effect) {
    case 'rate_limit':
      return `calls of this test before it used up ${usedUp(verdict)}; \`at\` lets time pass`;
    case 'allow':
      return verdict.key === null
        ? 'no rule names it, and `default` allows what no rule reaches'
        : `${by(verdict)} allows it: a stricter entry must match it`;
    default:
      return verdict.key === null
        ? `nothing in the layer \`${verdict.layer}\` allows it: give it an entry there`
        : `${by(verdict)} decided: of several layers or patterns the strictest does`;
  }
}

const BESIDES: Readonly<Record<Exclude<keyof Expected, 'effect'>, string>> = {
  key: ', and another rule decided: exact names come before patterns, patterns before a lone `*`',
  category:
    ': the name says the category, unless an entry of `tools` that matches has a `category`',
  layer: ', and another layer decided: of several the strictest does',
  subject: ': `operations` make a subject of a tool and one of its arguments',
  reason: '; a `reason` must be, letter by letter, a part of what the agent reads',
};

function withoutLimit({ effect, limits }: Verdict): string {
  if (effect !== 'allow') return 'what a rule stops takes no limit';
  if (limits.length === 0) return 'no limit applies to it';
  const states = limits.map(
    ({ counter, used, max }) => `\`${counter}\` stands at ${used} of ${max}`,
  );
  return `its limits are not used up: ${states.join(', ')}`;
}

function usedUp({ limits }: Verdict): string {
  const names = limits.filter(isExceeded).map(({ counter }) => `\`${counter}\``);
  return names.length === 0 ? 'its room for calls at once' : names.join(' and ');
}

function by({ key, layer }: Verdict): string {
  return `\`${key}\` of the layer \`${layer}\``;
}
