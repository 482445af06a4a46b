// Rules of one tool of Intercept as parts of an entry of policy-wrap's language.
import type { ConditionDocument } from '../policy/conditions/schema.ts';
import type { Path } from '../policy/problems.ts';
import { convertCondition, isNumber, type Reading } from './conditions.ts';
import { counterIdIn, counterOf } from './counters.ts';
import type { InterceptCondition, InterceptRule } from './document.ts';
import { type ImportedLimit, isLimit, type Limits } from './limits.ts';
import type { Notes } from './notes.ts';
import { TEXTS } from './texts.ts';

/** One part of an entry, and what of the rule it cannot hold. */
export type Part = {
  readonly comment: string | undefined;
  /** On some of its conditions, by their number. */
  readonly remarks?: readonly { readonly index: number; readonly text: string }[];
} & (
  | {
      readonly key: 'action';
      readonly action: 'deny' | 'require_approval';
      readonly reason?: string;
    }
  | {
      readonly key: 'require';
      readonly value: { conditions: ConditionDocument[]; on_deny?: string };
    }
  | {
      readonly key: 'require_approval_if';
      readonly value: { conditions: ConditionDocument[]; reason?: string };
    }
  | { readonly key: 'limits'; readonly value: ImportedLimit }
);

export interface RulePlace {
  readonly tool: string;
  readonly rule: InterceptRule;
  readonly at: Path;
}

export function convertRule(place: RulePlace, limits: Limits, notes: Notes): Part[] {
  const { rule, at } = place;
  if (rule.approval_timeout !== undefined)
    notes.add([...at, 'approval_timeout'], TEXTS.approvalTimeout);
  if (rule.action === 'deny') {
    if (rule.state !== undefined) notes.add([...at, 'state'], TEXTS.counterOfDenied);
    return [action('deny', rule)];
  }
  const counted = counting(place, limits, notes);
  if (rule.action === 'require_approval')
    return [...counted, approval(place, notes), ...limited(place, limits, notes)];
  return [
    ...counted,
    ...required(place, notes),
    ...limited(place, limits, notes),
    ...spending(place, notes),
  ];
}

/** What a counter asks of a call, whether or not a limit reads it. */
function counting({ tool, rule, at }: RulePlace, limits: Limits, notes: Notes): Part[] {
  const counter = counterOf(tool, rule);
  if (rule.state === undefined || counter === undefined) return [];
  if (limits.isUnread(counter)) notes.add([...at, 'state'], TEXTS.unreadCounter);
  else if (typeof counter.adds === 'object')
    notes.add([...at, 'state', 'increment_from'], TEXTS.amounts);
  if (typeof counter.adds !== 'object' || limits.isLimited(counter)) return [];
  // Intercept stops a call of which it cannot say what to add.
  const condition = isNumber(counter.adds.path);
  if (condition === undefined) return [action('deny', rule)];
  return [{ key: 'require', value: { conditions: [condition] }, comment: TEXTS.amountIsNumber }];
}

/** The agent is told the rule's name where the rule has no words for it. */
function wordsOf({ name, on_deny: words }: InterceptRule): string | undefined {
  return words || name || undefined;
}

/** The name, where it is not what the agent is told. */
function nameBeside({ name, on_deny: words }: InterceptRule): string | undefined {
  return words ? name || undefined : undefined;
}

function action(effect: 'deny' | 'require_approval', rule: InterceptRule): Part {
  const reason = wordsOf(rule);
  return {
    key: 'action',
    action: effect,
    ...(reason === undefined ? {} : { reason }),
    comment: nameBeside(rule),
  };
}

function required(place: RulePlace, notes: Notes): Part[] {
  const { rule } = place;
  const { conditions, remarks, failed } = convertAll(place, 'require', notes);
  const never: Part[] = failed ? [action('deny', rule)] : [];
  if (conditions.length === 0) return never;
  const words = wordsOf(rule);
  const value = { conditions, ...(words === undefined ? {} : { on_deny: words }) };
  return [...never, { key: 'require', value, comment: nameBeside(rule), remarks }];
}

function approval(place: RulePlace, notes: Notes): Part {
  const { rule } = place;
  for (const [i, { path }] of rule.conditions.entries())
    if (counterIdIn(path) !== undefined)
      notes.add([...place.at, 'conditions', i], TEXTS.counterInApproval);
  const { conditions, remarks } = convertAll(place, 'approval', notes);
  if (conditions.length === 0) return action('require_approval', rule);
  const reason = wordsOf(rule);
  const value = { conditions, ...(reason === undefined ? {} : { reason }) };
  return { key: 'require_approval_if', value, comment: nameBeside(rule), remarks };
}

/** The conditions on arguments; `failed` where one of them has no equal. */
function convertAll({ rule, at }: RulePlace, reading: Reading, notes: Notes) {
  const conditions: ConditionDocument[] = [];
  const remarks: { index: number; text: string }[] = [];
  let failed = false;
  for (const [i, given] of rule.conditions.entries()) {
    if (counterIdIn(given.path) !== undefined) continue;
    const place = [...at, 'conditions', i];
    const converted = convertCondition(given, reading);
    if ('problem' in converted) {
      failed = true;
      notes.add(place, `${converted.problem}: ${TEXTS.instead[reading]}`);
    } else {
      if (given.op === 'exists' && 'any' in converted.condition)
        remarks.push({ index: conditions.length, text: TEXTS.exists[`${given.value === true}`] });
      conditions.push(converted.condition);
    }
    if (/[[\]]/.test(given.path)) notes.add(place, TEXTS.brackets);
    if (TYPED.has(given.op)) notes.addGeneral(TEXTS.types);
  }
  return { conditions, remarks, failed };
}

const TYPED: ReadonlySet<string> = new Set(['eq', 'neq', 'in', 'not_in', 'contains']);

function limited(place: RulePlace, limits: Limits, notes: Notes): Part[] {
  const { tool, rule, at } = place;
  if (rule.rate_limit !== undefined) {
    const { counter, max } = limits.ofRate(tool, rule);
    return [limitPart(place, limits.render(counter, max), notes)];
  }
  return rule.conditions.flatMap((given, i) => {
    if (counterIdIn(given.path) === undefined || isAlwaysTrue(given)) return [];
    if (rule.action === 'require_approval' && !isLimit(tool, rule, given)) return [];
    const where = [...at, 'conditions', i];
    const found = limits.ofCondition(tool, rule, given);
    if ('problem' in found) {
      notes.add(where, `${found.problem}: ${TEXTS.instead.require}`);
      return [action('deny', rule)];
    }
    if (!found.isOwn)
      notes.add(where, found.counter.tool === tool ? TEXTS.secondLimit : TEXTS.foreignCounter);
    return [limitPart(place, limits.render(found.counter, found.max), notes)];
  });
}

// A counter that nothing was added to is there all the same.
function isAlwaysTrue({ op, value }: InterceptCondition): boolean {
  return op === 'exists' && value === true;
}

function limitPart({ rule, at }: RulePlace, value: ImportedLimit, notes: Notes): Part {
  notes.addGeneral(TEXTS.failedCalls);
  notes.addGeneral(TEXTS.sharedCounters);
  if (rule.on_deny) notes.add([...at, 'on_deny'], TEXTS.limitWords);
  const comment = [rule.name, rule.on_deny].filter(Boolean).join(': ');
  return { key: 'limits', value, comment: comment === '' ? undefined : comment };
}

function spending({ rule, at }: RulePlace, notes: Notes): Part[] {
  if (rule.spend === undefined) return [];
  notes.add([...at, 'spend'], TEXTS.spend);
  return [action('deny', rule)];
}
