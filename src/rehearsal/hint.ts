// What to look at where a call came to something else than a test expects.
import { isExceeded } from '../policy/limits.ts';
import type { Verdict } from '../policy/verdict.ts';
import type { Judgement } from './rehearsal.ts';
import type { Expected } from './test-schema.ts';

export function hintFor(expected: Expected, { verdict }: Judgement): string {
  if (verdict.layer === 'protocol')
    return 'no rule was asked: the wrapper refuses such a message whatever the policy says';
  if (expected.effect === verdict.effect) return besidesEffect(expected, verdict);
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

function besidesEffect({ key }: Expected, verdict: Verdict): string {
  return key === undefined || key === verdict.key
    ? 'the effect is as expected; a `reason` must be, letter by letter, a part of what the agent reads'
    : 'the effect is as expected, and another rule decided: exact names come before patterns, patterns before a lone `*`';
}

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
