// New tools put into the text of a policy; everything else of it stays byte for byte.
import type { Pair, YAMLMap } from 'yaml';
import type { PathMeans } from '../policy/conditions/compile.ts';
import { checkPolicy, type PolicySource } from '../policy/load.ts';
import { renderLocated } from '../policy/problems.ts';
import { PARSING, readYaml } from '../policy/read-yaml.ts';
import type { Category } from '../policy/schema.ts';
import { parseJson } from '../rpc/exact.ts';
import { type Additions, additionsTo } from './additions.ts';
import { type Insertion, insertAll, insertInto, type NewPair } from './insert.ts';
import { comment } from './render.ts';
import type { Review } from './review.ts';
import { keyText, valueText } from './yaml-text.ts';

export type Updated =
  | { readonly text: string; readonly additions: Additions }
  /** It is left as it is. */
  | { readonly problems: readonly string[] };

const HEADING = 'Added by policy-wrap init --update';

/** The text with an entry for each tool that the policy does not name; the same where there is none. */
export async function updatePolicy(
  source: PolicySource,
  found: Review,
  means?: PathMeans,
): Promise<Updated> {
  const checked = await checkPolicy(source, means);
  if ('problems' in checked)
    return { problems: checked.problems.map(problem => renderLocated(source.name, problem)) };
  const additions = additionsTo(checked.document, checked.policy, found);
  if (additions.entries.length === 0) return { text: source.text, additions };
  const text = await withAdditions(source, additions);
  const after = text === undefined ? undefined : { ...source, text };
  const isSound =
    after !== undefined &&
    'policy' in (await checkPolicy(after, means)) &&
    (await isOnlyMore(source, after, additions));
  if (text === undefined || !isSound)
    return {
      problems: [`${source.name}: it is written in a way that nothing can be added to safely`],
    };
  return { text, additions };
}

async function withAdditions(
  { text, format }: PolicySource,
  { entries, doors }: Additions,
): Promise<string | undefined> {
  const { isMap, isScalar, parseDocument } = await import('yaml');
  const isJson = format === 'json';
  const root = parseDocument(text, PARSING).contents;
  if (!isMap(root)) return undefined;
  const mapOf = (key: string) => root.get(key, true);
  const insertions: (Insertion | undefined)[] = [];
  const missing: NewPair[] = [];
  const add = (key: string, pairs: readonly NewPair[], place: (map: YAMLMap) => void) => {
    const map = mapOf(key);
    if (isMap(map)) place(map);
    else if (map !== undefined) insertions.push(undefined);
    else if (pairs.length > 0) missing.push(wholeMap(key, pairs, root.flow === true, isJson));
  };

  const argumentPairs = [...doors].map(([tool, argument]) => ({
    key: keyText(tool, isJson),
    value: valueText(argument, isJson),
  }));
  if (doors.size > 0)
    add('operations', argumentPairs, map => {
      insertions.push(insertInto(text, { map }, argumentPairs));
    });

  const pairs = entries.map(({ rule, entry }) => ({
    category: rule.category,
    key: keyText(rule.key, isJson),
    value: valueText(entry, isJson),
    comment: comment(rule),
  }));
  add('tools', pairs, map => {
    const likes = new Map<Category, Pair>();
    for (const pair of map.items) {
      const category = isMap(pair.value) ? pair.value.get('category') : undefined;
      if (isScalar(pair.key) && pair.key.value !== '*' && typeof category === 'string')
        likes.set(category as Category, pair);
    }
    // Beside its like, else at the end.
    for (const [category, after] of likes) {
      const own = pairs.filter(pair => pair.category === category);
      if (own.length > 0) insertions.push(insertInto(text, { map, after }, own));
    }
    const rest = pairs.filter(({ category }) => !likes.has(category));
    if (rest.length > 0) insertions.push(insertInto(text, { map }, rest, HEADING));
  });
  if (missing.length > 0) insertions.push(insertInto(text, { map: root }, missing));
  const sure = insertions.filter(insertion => insertion !== undefined);
  return sure.length === insertions.length ? insertAll(text, sure) : undefined;
}

// A key of the document that is not there yet.
function wholeMap(
  key: string,
  pairs: readonly NewPair[],
  isFlow: boolean,
  isJson: boolean,
): NewPair {
  const name = keyText(key, isJson);
  const inFlow = pairs.map(pair => `${pair.key}: ${pair.value}`).join(', ');
  if (isFlow) return { key: name, value: `{ ${inFlow} }` };
  const lines = pairs.map(
    pair => `  ${pair.key}: ${pair.value}${pair.comment ? `  # ${pair.comment}` : ''}`,
  );
  return { key: name, value: `\n${lines.join('\n')}` };
}

// Whatever the text looks like: the document is the old one and the additions.
async function isOnlyMore(
  before: PolicySource,
  after: PolicySource,
  { entries, doors }: Additions,
): Promise<boolean> {
  const was = (await documentIn(before)) as Raw;
  const tools = Object.fromEntries(entries.map(({ rule, entry }) => [rule.key, entry]));
  const expected = {
    ...was,
    tools: { ...was.tools, ...tools },
    ...(doors.size > 0 && { operations: { ...was.operations, ...Object.fromEntries(doors) } }),
  };
  return canonical(await documentIn(after)) === canonical(expected);
}

interface Raw {
  readonly tools?: object;
  readonly operations?: object;
}

async function documentIn({ text, format }: PolicySource): Promise<unknown> {
  return format === 'json' ? parseJson(text) : (await readYaml(text)).document;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
