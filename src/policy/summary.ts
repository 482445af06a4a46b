// A policy at a glance: how many rules of which kind it has.
import { RULE_KEYS } from './argument-rules.ts';
import type { EntryDocument, PolicyDocument } from './schema.ts';

export interface Summary {
  readonly default: 'allow' | 'deny';
  /** Keys of `tools`. */
  readonly tools: number;
  readonly categories: readonly string[];
  readonly limits: number;
  /** Rules on arguments. */
  readonly rules: number;
  readonly hidden: number;
}

export function summaryOf(document: PolicyDocument): Summary {
  const { all_tools, tools = {}, categories = {}, resources, prompts } = document;
  const entries: EntryDocument[] = [
    ...Object.values(tools),
    ...Object.values(categories),
    ...(all_tools === undefined ? [] : [all_tools]),
  ];
  const limits = [...entries, resources, prompts].flatMap(part => part?.limits ?? []);
  const rates = entries.filter(({ rate_limit }) => rate_limit !== undefined);
  return {
    default: document.default,
    tools: Object.keys(tools).length,
    categories: Object.keys(categories),
    limits: limits.length + rates.length,
    rules: entries.flatMap(entry => RULE_KEYS.flatMap(list => entry[list] ?? [])).length,
    hidden: (document.hide ?? []).length,
  };
}

/** `default deny; 3 tools, 1 limit`. */
export function renderSummary(summary: Summary): string {
  const { categories } = summary;
  const parts = [
    count(summary.tools, 'tool entry', 'tool entries'),
    categories.length === 0 ? '' : `categories ${categories.join(' ')}`,
    count(summary.limits, 'limit', 'limits'),
    count(summary.rules, 'rule on arguments', 'rules on arguments'),
    count(summary.hidden, 'hidden name', 'hidden names'),
  ].filter(part => part !== '');
  return [`default ${summary.default}`, ...(parts.length === 0 ? [] : [parts.join(', ')])].join(
    '; ',
  );
}

function count(number: number, one: string, many: string): string {
  return number === 0 ? '' : `${number} ${number === 1 ? one : many}`;
}
