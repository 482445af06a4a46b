// A review as the text of a policy: YAML that a person reads at a glance, or JSON.
import { riskOf } from '../policy/classify/caution.ts';
import type { Category } from '../policy/schema.ts';
import { escapeJson, escapeText } from '../terminal/escape.ts';
import { categoriesOf, categoryEntry, describe, documentOf, NEW_ENTRY } from './document.ts';
import type { Review, Rule } from './review.ts';
import { describeTerms, READING } from './terms.ts';
import { keyText, valueText } from './yaml-text.ts';

/** Columns beyond which a comment is not aligned with those around it. */
const WIDEST = 96;
const RULER = 92;

/** Where the tools come from, as the heading says it. */
export interface Origin {
  readonly which: 'it listed' | 'agents had called';
  /** The command that adds new ones. */
  readonly again: string;
}

/** With a reason for each tool, as JSON has no comments. */
export function renderJson(review: Review): string {
  const text = JSON.stringify(documentOf(review, { reasons: true }), null, 2);
  return `${text.split('\n').map(escapeJson).join('\n')}\n`;
}

export function renderYaml(review: Review, origin: Origin): string {
  const { operations } = review;
  const doors = [...operations].map(
    ([tool, argument]) => `  ${keyText(tool)}: ${valueText(argument)}`,
  );
  return [
    ...heading(review, origin),
    'version: "1"',
    `description: ${valueText(describe(review))}`,
    'default: deny',
    ...(doors.length === 0
      ? []
      : ['', '# Tools that do many things: this argument says which, and each has a rule below.']),
    ...(doors.length === 0 ? [] : ['operations:', ...doors]),
    '',
    'tools:',
    ...categoriesOf(review).flatMap(category => [...toolsOf(review, category), '']),
    ...namelessNote(review),
    '  # Whatever the server adds later.',
    `  "*": ${valueText(NEW_ENTRY)}`,
    '',
    ...categoryLines(review),
    '# Reading resources and getting prompts counts as reading.',
    ...['resources', 'prompts'].flatMap(key => [
      `${key}:`,
      '  default: allow',
      ...limitLines(READING),
    ]),
    '',
  ].join('\n');
}

function heading(review: Review, { which, again }: Origin): string[] {
  const { server, rules, tools } = review;
  const counts = categoriesOf(review).map(category => {
    const count = rules.filter(rule => rule.category === category).length;
    return `#   ${category.padEnd(12)}${String(count).padStart(4)}   ${describeTerms(category)}`;
  });
  return [
    `# What agents may do with ${escapeText(server)}: suggested by policy-wrap from the`,
    `# ${tools === 1 ? 'tool' : `${tools} tools`} that ${which}.`,
    '#',
    ...counts,
    '#',
    '# It is yours to change. A tool of the wrong category is moved by changing its word; `action: allow`,',
    '# `action: deny` or `action: require_approval` in its braces decides whatever the category says.',
    ...(rules.some(({ byName }) => byName !== undefined)
      ? [
          '# Look at lines with `by its name alone`: there only the server says that it is no worse.',
        ]
      : []),
    '#',
    '#   policy-wrap check                 whether it can be used',
    `#   ${escapeText(again)}`,
    '#                                     adds tools that are new, leaves the rest as it is',
    '',
  ];
}

function toolsOf({ rules }: Review, category: Category): string[] {
  const own = rules.filter(rule => rule.category === category);
  const pairs = own.map(rule => ({
    rule,
    text: `  ${keyText(rule.key)}: ${valueText({ category })}`,
  }));
  // The operations of a door stand together, and so do their comments.
  const groupOf = ({ tool, key }: Rule) => (key === tool ? '' : tool);
  const widths = new Map<string, number>();
  for (const { rule, text } of pairs) {
    const group = groupOf(rule);
    if (text.length <= WIDEST) widths.set(group, Math.max(widths.get(group) ?? 0, text.length));
  }
  const title = `  # ── ${category}: ${riskOf(category)} risk, ${describeTerms(category)} `;
  return [
    `${title}${'─'.repeat(Math.max(2, RULER - title.length))}`,
    ...pairs.map(
      ({ rule, text }) => `${text.padEnd(widths.get(groupOf(rule)) ?? 0)}  # ${comment(rule)}`,
    ),
  ];
}

/** Why it is what it is; its risk where that is not its category's. */
export function comment({ category, risk, why, byName, calls }: Rule): string {
  return escapeText(
    [
      risk === riskOf(category) ? why : `${risk} risk: ${why}`,
      ...(byName === undefined ? [] : [`by its name alone: ${byName}`]),
      ...(calls === undefined ? [] : [`${calls} ${calls === 1 ? 'call' : 'calls'} on record`]),
    ].join('; '),
  );
}

function namelessNote({ nameless }: Review): string[] {
  if (nameless.length === 0) return [];
  return [
    '  # Names that no key can mean for certain; the last line is for them too:',
    ...nameless.map(name => `  #   ${escapeText(name.slice(0, 200))}`),
    '',
  ];
}

function categoryLines(review: Review): string[] {
  const names = categoriesOf(review);
  if (names.length === 0) return [];
  const lines = names.flatMap(name => {
    const { limits = [], ...entry } = categoryEntry(name);
    const said = Object.entries(entry).map(([key, value]) => `    ${key}: ${valueText(value)}`);
    return [`  ${name}:`, ...said, ...limits.flatMap(limit => limitLines(limit, '    '))];
  });
  return [
    '# What each word above means: tools of one category share its count.',
    'categories:',
    ...lines,
    '',
  ];
}

function limitLines(limit: object, indent = '  '): string[] {
  return [`${indent}limits:`, `${indent}  - ${valueText(limit)}`];
}
