// docs/policy.md: a template by hand, in which tables of the reference stand.
import type { KeyReference } from './example.ts';
import { REFERENCE, type SectionName } from './sections.ts';

const NOTE =
  '<!-- made by `npm run docs` from scripts/policy.template.md and src/policy/reference/ -->\n';
const PLACE = /^<!-- reference: (\w+) -->$/gm;

/** `template` places each section once, by a line `<!-- reference: entry -->`. */
export function renderPage(template: string): string {
  const places = [...template.matchAll(PLACE)].map(([, name]) => name);
  const names = Object.keys(REFERENCE);
  if (places.toSorted().join() !== names.toSorted().join())
    throw new RangeError(`the template places ${places.join()}, the reference has ${names.join()}`);
  return NOTE + template.replace(PLACE, (_, name: SectionName) => table(REFERENCE[name].keys));
}

function table(keys: readonly KeyReference[]): string {
  const rows = keys.map(row);
  return ['| key | meaning | example |', '| --- | --- | --- |', ...rows].join('\n');
}

function row(reference: KeyReference): string {
  const { key, meaning, policy, beside, list, calls } = reference;
  const within = list === undefined ? [] : [`in \`${list}\`:`];
  const also = beside === undefined ? [] : [`beside ${code(oneLine(beside))}`];
  const snippet = [...within, code(oneLine(policy)), ...also].join(' ');
  const lines = calls.map(([call, outcome]) => `${asked(call)} → ${told(outcome)}`);
  return `| \`${key}\` | ${cell(meaning)} | ${[snippet, ...lines].map(cell).join('<br>')} |`;
}

function asked(call: string): string {
  const [, when, what = ''] = /^([a-z ]+: )?(.*)$/s.exec(call) ?? [];
  return `${when ?? ''}${code(what)}`;
}

function told(outcome: string): string {
  return outcome === 'allowed' ? outcome : code(outcome);
}

function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** JSON with spaces, on one line. */
function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}: ${oneLine(member)}`,
  );
  return `{${members.join(', ')}}`;
}
