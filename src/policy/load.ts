// Text of a policy file → a policy, or every problem in it with line and column.
import { parseJson } from '../rpc/exact.ts';
import { DUPLICATE } from '../rpc/keys.ts';
import { type ScanOptions, STRICT, scanJson } from '../rpc/scan.ts';
import { type ArgumentRules, NO_RULES, rulePlaces } from './argument-rules.ts';
import type { PathMeans } from './conditions/compile.ts';
import { describePath, type Path } from './document-path.ts';
import { counterId, type Limit, MAIN_LAYER } from './limits.ts';
import { compilePolicy, limitsOf, type Policy } from './policy.ts';
import type { Located, Problem } from './problems.ts';
import { type PolicyDocument, policySchema } from './schema.ts';

/** A policy's text and what to call it. */
export interface PolicySource {
  /** How messages name it: a path, or `preset:ecs`. */
  readonly name: string;
  readonly text: string;
  readonly format: 'json' | 'yaml';
  /** Where not given: the server's own. */
  readonly layer?: string | undefined;
  readonly machine?: boolean;
}

/** Of a machine of which nothing is known: no path is inside of any folder for certain. */
const UNKNOWN: PathMeans = { realPath: () => undefined, home: undefined, isWindows: false };

export type LoadResult = { policy: Policy } | { problems: string[] };
export type CheckResult = { policy: Policy; document: PolicyDocument } | { problems: Located[] };

/**
 * Reads one document. All problems are reported at once, as `name:line:column: message`.
 * `means` is what rules on arguments may need of the machine.
 */
export async function loadPolicy(source: PolicySource, means = UNKNOWN): Promise<LoadResult> {
  const checked = await checkPolicy(source, means);
  if ('policy' in checked) return checked;
  const { renderLocated } = await import('./problems.ts');
  return { problems: checked.problems.map(problem => renderLocated(source.name, problem)) };
}

/**
 * The same with the document, or the problems as they are. YAML is loaded only for a YAML document, or
 * to find the position of a problem; messages only for one; what compiles rules on arguments only where
 * there are some.
 */
export async function checkPolicy(source: PolicySource, means = UNKNOWN): Promise<CheckResult> {
  const read = await readDocument(source);
  if (read.document === undefined) return located(source, read.problems);
  const parsed = policySchema.safeParse(read.document);
  const rules = await argumentRules(read.document, means);
  if (!parsed.success || 'problems' in rules || read.problems.length > 0) {
    const { problemsOf } = await import('./problems.ts');
    const found = [
      ...(parsed.success ? [] : problemsOf(parsed.error, read.document, policySchema)),
      ...('problems' in rules ? rules.problems : []),
    ];
    return located(source, [...read.problems, ...found.filter(isNew(read.problems))]);
  }
  const layer = source.layer ?? MAIN_LAYER;
  const policy = compilePolicy(parsed.data, layer, rules.rules, source.machine);
  const conflicts = kindConflicts(policy);
  return conflicts.length > 0 ? located(source, conflicts) : { policy, document: parsed.data };
}

async function located({ text }: PolicySource, problems: readonly Problem[]) {
  const { locate } = await import('./problems.ts');
  return { problems: await locate(text, problems) };
}

// What was read otherwise than it is written is no news as a wrong value, and what both the schema and
// that of conditions say is said once.
function isNew(known: readonly Problem[]): (problem: Problem) => boolean {
  const paths = known.map(({ path }) => path).filter(path => path.length > 0);
  // Of a wrong part a condition says that its whole value is wrong.
  const above = paths.flatMap(path => path.map((_, i) => path.slice(0, i)));
  const told = new Set(paths.concat(above.filter(path => path.at(-1) === 'value')).map(keyOf));
  const said = new Set<string>();
  return ({ path, message }) => {
    const key = keyOf(path);
    if (told.has(key) || said.has(key + message)) return false;
    said.add(key + message);
    return true;
  };
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}

async function argumentRules(
  document: unknown,
  means: PathMeans,
): Promise<{ rules: ArgumentRules } | { problems: Problem[] }> {
  const places = rulePlaces(document);
  if (Object.values(places).every(found => found.length === 0)) return { rules: NO_RULES };
  const { compileRules } = await import('./conditions/compile.ts');
  return compileRules(places, means);
}

// No number that is shorter is changed by being read; what matches need not be a number.
const MAY_BE_INEXACT = /[\d.]{15}|\d[eE]/;

/** Nobody but policy-wrap reads a policy. */
const DOCUMENT: ScanOptions = { ...STRICT, misreadKeys: 'pass' };

/** `document` is undefined where the text cannot be read at all. */
async function readDocument({ text, format }: PolicySource): Promise<ReadDocument> {
  if (format === 'yaml') return checkedKeys(await fromYaml(text));
  const bytes = Buffer.from(`${text}\n`);
  const fault = scanJson(bytes, 0, bytes.length - 1, DOCUMENT);
  if (fault === undefined) {
    const isExact = !MAY_BE_INEXACT.test(text);
    const problems = isExact ? [] : (await import('./problems.ts')).inexactNumbers(bytes);
    return checkedKeys({ document: parseJson(text), problems });
  }
  // YAML names every duplicate key of a text that is otherwise JSON.
  if (fault.message === DUPLICATE) return checkedKeys(await fromYaml(text));
  const offset = bytes.toString('utf8', 0, fault.at).length;
  const { faultInJson } = await import('./problems.ts');
  return { problems: [faultInJson(text, offset, fault.message)] };
}

async function fromYaml(text: string): Promise<ReadDocument> {
  const { readYaml } = await import('./read-yaml.ts');
  return readYaml(text);
}

interface ReadDocument {
  readonly document?: unknown;
  readonly problems: Problem[];
}

function checkedKeys(read: ReadDocument): ReadDocument {
  return { ...read, problems: [...read.problems, ...unusableKeys(read.document, [])] };
}

// The schema library drops a key of this name without a word, and with it a rule.
function unusableKeys(value: unknown, path: Path): Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    const here =
      key === '__proto__' ? [{ path: at, message: 'this name cannot be used', atKey: true }] : [];
    return [...here, ...unusableKeys(child, at)];
  });
}

// Limits that share a counter must agree on how and what it counts.
function kindConflicts(policy: Policy): Problem[] {
  return conflicts([policy]).map(({ path, message }) => ({ path, message, atKey: true }));
}

/** Counters that layers share by name and count in different ways. */
export function conflictsBetween(policies: readonly Policy[]): string[] {
  const shared = policies.length > 1 ? conflicts(policies) : [];
  return shared.map(
    ({ layer, path, message }) => `layer ${layer}: \`${describePath(path)}\`: ${message}`,
  );
}

/** The same with the layer and the key that come second, to be located. */
export function conflicts(
  policies: readonly Policy[],
): { layer: string; path: string[]; message: string }[] {
  const owner = { session: '', server: '', grant: '' };
  const kinds = new Map<string, { how: string; key: string }>();
  const found = [];
  for (const { layer, path, key, limit } of policies.flatMap(limitsIn)) {
    // By default what counts differently has a counter of its own; one name can mean one thing only.
    const meanings = limit.named ? [{ ...limit, cost: undefined, per: undefined }, limit] : [limit];
    const how = howItCounts(limit);
    let other: { how: string; key: string } | undefined;
    for (const id of meanings.map(meaning => counterId(meaning, { ...owner, layer }))) {
      const first = kinds.get(id) ?? { how, key };
      kinds.set(id, first);
      if (first.how !== how) other ??= first;
    }
    if (other !== undefined)
      found.push({
        layer,
        path,
        message: `counter \`${limit.counter}\` (scope ${limit.scope}) is ${other.how} in \`${other.key}\` and ${how} here: give one of the limits a \`counter\` of its own`,
      });
  }
  return found;
}

function howItCounts({ kind, cost, per }: Limit): string {
  const adds = cost === undefined ? '' : `, adds up ${cost}`;
  return `${kind}${adds}${per === undefined ? '' : `, per ${per}`}`;
}

function limitsIn(policy: Policy) {
  return limitsOf(policy).map(found => ({ layer: policy.layer, ...found }));
}
