// Text of a policy file → a policy, or every problem in it with line and column.
import { DUPLICATE } from '../rpc/keys.ts';
import { scanJson } from '../rpc/scan.ts';
import { counterId, MAIN_LAYER } from './limits.ts';
import { compilePolicy, limitsOf, type Policy } from './policy.ts';
import { describePath, type Path, type Problem, problemsOf } from './problems.ts';
import { policySchema } from './schema.ts';
import { locate, readYaml } from './yaml.ts';

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

export type LoadResult = { policy: Policy } | { problems: string[] };

/**
 * Reads one document. All problems are reported at once, as `name:line:column: message`.
 * YAML is loaded only for a YAML document, or to find the position of a problem.
 */
export async function loadPolicy(source: PolicySource): Promise<LoadResult> {
  const { document, problems } = await read(source);
  if (document === undefined) return { problems: await locate(source.name, source.text, problems) };
  const parsed = policySchema.safeParse(document);
  if (!parsed.success || problems.length > 0) {
    const more = parsed.success ? [] : problemsOf(parsed.error, document);
    return { problems: await locate(source.name, source.text, [...problems, ...more]) };
  }
  const policy = compilePolicy(parsed.data, source.layer ?? MAIN_LAYER, source.machine);
  const conflicts = kindConflicts(policy);
  return conflicts.length > 0
    ? { problems: await locate(source.name, source.text, conflicts) }
    : { policy };
}

/** `document` is undefined where the text cannot be read at all. */
async function read(source: PolicySource): Promise<{ document?: unknown; problems: Problem[] }> {
  if (source.format === 'yaml') return checkedKeys(await readYaml(source.text));
  const bytes = Buffer.from(`${source.text}\n`);
  const fault = scanJson(bytes, 0, bytes.length - 1);
  if (fault === undefined) {
    return checkedKeys({ document: JSON.parse(source.text), problems: [] });
  }
  // YAML names every duplicate key of a text that is otherwise JSON.
  if (fault.message === DUPLICATE) return checkedKeys(await readYaml(source.text));
  const offset = bytes.toString('utf8', 0, fault.at).length;
  return { problems: [{ path: [], message: fault.message, offset }] };
}

function checkedKeys(read: { document?: unknown; problems: Problem[] }) {
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

// Limits that share a counter must agree on how it counts.
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

function conflicts(
  policies: readonly Policy[],
): { layer: string; path: string[]; message: string }[] {
  const owner = { session: '', server: '', grant: '' };
  const kinds = new Map<string, { kind: string; key: string }>();
  const found = [];
  for (const { layer, path, key, limit } of policies.flatMap(limitsIn)) {
    const id = counterId(limit, { ...owner, layer });
    const first = kinds.get(id);
    if (first === undefined) kinds.set(id, { kind: limit.kind, key });
    else if (first.kind !== limit.kind)
      found.push({
        layer,
        path,
        message: `counter \`${limit.counter}\` (scope ${limit.scope}) is ${first.kind} in \`${first.key}\` and ${limit.kind} here: give one of the limits a \`counter\` of its own`,
      });
  }
  return found;
}

function limitsIn(policy: Policy) {
  return limitsOf(policy).map(found => ({ layer: policy.layer, ...found }));
}
