// Reading YAML so that it means what a reader without the specification at hand takes it to mean. A file
// of its own in dist/, as is the library.
import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { isHeldByDouble } from '../rpc/decimal.ts';
import { DUPLICATE } from '../rpc/keys.ts';
import type { Path } from './document-path.ts';
import type { Problem } from './problems.ts';

const MAX_ALIASES = 100;

/**
 * Keys that are the same are found below, also where they are so only as names: the library compares each
 * with all before it, which takes minutes for a long policy.
 */
export const PARSING = { prettyErrors: false, uniqueKeys: false } as const;

/** A number as JSON spells it: no other reader takes it for another one. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const MERGING =
  'YAML 1.2 has no merge keys: write the keys out, or give a whole entry by its alias';

/** A number that is written so that it may be read as another one. */
export interface OddNumber {
  readonly source: string;
  readonly value: number;
  readonly path: Path;
  readonly offset: number;
}

/**
 * The document in a text; undefined where it cannot be read at all. Numbers are those of a policy,
 * which are compared: JSON's, and held exactly; unless `anyNumbers` may stand in it.
 */
export async function readYaml(
  text: string,
  { anyNumbers = false } = {},
): Promise<{ document?: unknown; problems: Problem[] }> {
  const { parseDocument } = await import('yaml');
  const parsed = parseDocument(text, PARSING);
  const faults = [...parsed.errors, ...parsed.warnings];
  const { causes, others, numbers } = await misreadings(parsed);
  // What the parser makes of the rest of such a text would only hide the cause.
  if (causes.length > 0) return { problems: causes };
  if (faults.length > 0) {
    const { faultsInYaml } = await import('./problems.ts');
    return { problems: [...faultsInYaml(faults, text), ...others] };
  }
  if (numbers.length > 0 && !anyNumbers) {
    const { numberInYaml } = await import('./problems.ts');
    others.push(...numbers.map(numberInYaml));
  }
  try {
    const document: unknown = parsed.toJS({ maxAliasCount: MAX_ALIASES }) ?? null;
    // Throws where an alias leads back to itself.
    JSON.stringify(document);
    return { document, problems: others };
  } catch {
    const message = 'its aliases cannot be followed: there are too many, or one leads to itself';
    return { problems: [{ path: [], message, offset: text.indexOf('&') }] };
  }
}

// YAML's keys are typed, a policy's are names: `1` and `"1"` are one, and a list is none. Its numbers
// have spellings that other readers take for other numbers.
async function misreadings(parsed: Document.Parsed) {
  const { isAlias, isPair, isScalar, isSeq, visit } = await import('yaml');
  const causes: Problem[] = [];
  const others: Problem[] = [];
  const numbers: OddNumber[] = [];
  const offsetOf = (node: unknown) => (node as Partial<Node>)?.range?.[0] ?? 0;
  const pathOf = (nodes: readonly unknown[]): Path =>
    nodes.flatMap((node, i): Path => {
      if (isPair(node)) return [String(isScalar(node.key) ? node.key.value : '')];
      return isSeq(node) ? [node.items.indexOf(nodes[i + 1])] : [];
    });

  const checkKey = ({ key }: Pair, map: YAMLMap, at: Path, seen: Set<string>) => {
    const offset = offsetOf(key) || offsetOf(map);
    if (isAlias(key)) {
      // Whoever reads the policy sees no name there, and not that it may stand twice. One that leads
      // nowhere is a name without quotes: said below.
      if (key.resolve(parsed) !== undefined)
        causes.push({ path: [], message: 'expected a name as key, not an alias', offset });
      return;
    }
    if (!isScalar(key)) {
      causes.push({ path: [], message: 'expected a name as key', offset });
      return;
    }
    // The library makes of a key without a value the name "".
    const name = String(key.value ?? '');
    if (seen.has(name)) others.push({ path: [], message: DUPLICATE, offset });
    seen.add(name);
    const source = key.source ?? '';
    // In YAML 1.1 it is no name: read as one, a rule would be about something else than it seems.
    if (name === '<<' && key.type === 'PLAIN')
      others.push({ path: [...at, name], message: MERGING, offset });
    if (typeof key.value === 'string' || source === name) return;
    const read = key.value === null ? 'nothing' : `\`${name}\``;
    const message = `the name \`${source}\` needs quotes: YAML reads it as ${read}`;
    others.push({ path: [], message, offset });
  };

  if (parsed.directives.yaml.version !== '1.2')
    causes.push({
      path: [],
      message: 'policies are read as YAML 1.2: leave `%YAML` out',
      offset: 0,
    });
  visit(parsed, {
    Map(_, map, ancestors) {
      const at = pathOf([...ancestors, map]);
      const seen = new Set<string>();
      for (const pair of map.items) checkKey(pair, map, at, seen);
    },
    Scalar(key, scalar, ancestors) {
      const { value, source = '' } = scalar;
      if (key === 'key' || typeof value !== 'number') return;
      if (JSON_NUMBER.test(source) && isHeldByDouble(source)) return;
      const path = pathOf([...ancestors, scalar]);
      numbers.push({ source, value, path, offset: offsetOf(scalar) });
    },
    Alias(_, alias) {
      if (alias.resolve(parsed) === undefined)
        causes.push({
          path: [],
          message: `a name that begins with \`*\` needs quotes: "*${alias.source.replace(/:$/, '')}"`,
          offset: offsetOf(alias),
        });
    },
  });
  return { causes, others, numbers };
}
