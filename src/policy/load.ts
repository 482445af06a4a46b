// Text of a policy file → a policy, or every problem in it with line and column.
import { DUPLICATE } from '../rpc/keys.ts';
import { scanJson } from '../rpc/scan.ts';
import { counterId, MAIN_LAYER } from './limits.ts';
import { compilePolicy, limitsOf, type Policy } from './policy.ts';
import { describePath, type Path, type Problem, problemsOf } from './problems.ts';
import { type PolicyDocument, policySchema } from './schema.ts';

/** A policy's text and what to call it. */
export interface PolicySource {
  /** How messages name it: a path, or `preset:ecs`. */
  readonly name: string;
  readonly text: string;
  readonly format: 'json' | 'yaml';
  readonly layer?: string;
  readonly machine?: boolean;
}

export type LoadResult = { policy: Policy } | { problems: string[] };

/**
 * Reads one document. All problems are reported at once, as `name:line:column: message`.
 * YAML is loaded only for a YAML document, or to find the position of a problem.
 */
export async function loadPolicy(source: PolicySource): Promise<LoadResult> {
  const { document, problems } = await read(source);
  if (document === undefined) return { problems: await locate(source, problems) };
  const parsed = policySchema.safeParse(document);
  if (!parsed.success || problems.length > 0) {
    const more = parsed.success ? [] : problemsOf(parsed.error, document);
    return { problems: await locate(source, [...problems, ...more]) };
  }
  const policy = compilePolicy(parsed.data, source.layer ?? MAIN_LAYER, source.machine);
  const conflicts = kindConflicts(parsed.data, policy);
  return conflicts.length > 0 ? { problems: await locate(source, conflicts) } : { policy };
}

/** `document` is undefined where the text cannot be read at all. */
async function read(source: PolicySource): Promise<{ document?: unknown; problems: Problem[] }> {
  if (source.format === 'yaml') return readYaml(source.text);
  const bytes = Buffer.from(`${source.text}\n`);
  const fault = scanJson(bytes, 0, bytes.length - 1);
  if (fault === undefined) {
    const document: unknown = JSON.parse(source.text);
    return { document, problems: unusableKeys(document, []) };
  }
  // YAML names every duplicate key of a text that is otherwise JSON.
  if (fault.message === DUPLICATE) return readYaml(source.text);
  const offset = bytes.toString('utf8', 0, fault.at).length;
  return { problems: [{ path: [], message: fault.message, offset }] };
}

async function readYaml(text: string): Promise<{ document?: unknown; problems: Problem[] }> {
  const { parseDocument } = await import('yaml');
  const parsed = parseDocument(text, { prettyErrors: false });
  const problems = [...parsed.errors, ...parsed.warnings].map(({ code, message, pos }) => ({
    path: [],
    message: code === 'DUPLICATE_KEY' ? DUPLICATE : message,
    offset: pos[0],
    fatal: code !== 'DUPLICATE_KEY',
  }));
  if (problems.some(({ fatal }) => fatal)) return { problems };
  const document: unknown = parsed.toJS() ?? null;
  return { document, problems: [...problems, ...unusableKeys(document, [])] };
}

// The schema library drops a key of this name without a word, and with it a rule.
function unusableKeys(value: unknown, path: Path): Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    const here = key === '__proto__' ? [{ path: at, message: 'this name cannot be used' }] : [];
    return [...here, ...unusableKeys(child, at)];
  });
}

// Limits that share a counter must agree on how it counts.
function kindConflicts(document: PolicyDocument, policy: Policy): Problem[] {
  return conflicts([policy]).map(({ key, message }) => ({
    path: pathOfKey(document, key),
    message,
  }));
}

/** Counters that layers share by name and count in different ways. */
export function conflictsBetween(policies: readonly Policy[]): string[] {
  const shared = policies.length > 1 ? conflicts(policies) : [];
  return shared.map(({ layer, key, message }) => `layer ${layer}: \`${key}\`: ${message}`);
}

function conflicts(policies: readonly Policy[]): { layer: string; key: string; message: string }[] {
  const owner = { session: '', server: '', grant: '' };
  const kinds = new Map<string, { kind: string; key: string }>();
  const found = [];
  for (const { layer, key, limit } of policies.flatMap(limitsIn)) {
    const id = counterId(limit, { ...owner, layer });
    const first = kinds.get(id);
    if (first === undefined) kinds.set(id, { kind: limit.kind, key });
    else if (first.kind !== limit.kind)
      found.push({
        layer,
        key,
        message: `counter \`${limit.counter}\` (scope ${limit.scope}) is ${first.kind} in \`${first.key}\` and ${limit.kind} here: give one of the limits a \`counter\` of its own`,
      });
  }
  return found;
}

function limitsIn(policy: Policy) {
  return limitsOf(policy).map(({ key, limit }) => ({ layer: policy.layer, key, limit }));
}

function pathOfKey(document: PolicyDocument, key: string): Path {
  if (Object.hasOwn(document.tools ?? {}, key)) return ['tools', key];
  return key.split('.');
}

/** `name:line:column: path: message`, sorted by position. */
async function locate(source: PolicySource, problems: readonly Problem[]): Promise<string[]> {
  const { parseDocument, isMap, isSeq, isScalar, LineCounter } = await import('yaml');
  const lines = new LineCounter();
  // JSON is YAML enough for positions, also where it is broken further down.
  const root = parseDocument(source.text, { lineCounter: lines, prettyErrors: false }).contents;

  const offsetOf = (path: Path): number => {
    let node: unknown = root;
    let offset = 0;
    for (const part of path) {
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
        if (pair === undefined) break;
        offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
        node = pair.value;
      } else if (isSeq(node) && typeof part === 'number') {
        node = node.items[part];
      }
      const range =
        typeof node === 'object' && node !== null && 'range' in node ? node.range : null;
      if (Array.isArray(range) && !isMap(node)) offset = Number(range[0]);
    }
    return offset;
  };

  return problems
    .map(problem => ({ ...problem, offset: problem.offset ?? offsetOf(problem.path) }))
    .sort((a, b) => a.offset - b.offset)
    .map(({ path, message, offset }) => {
      const { line, col } = lines.linePos(offset);
      const where = path.length === 0 ? '' : `\`${describePath(path)}\`: `;
      return `${source.name}:${Math.max(1, line)}:${Math.max(1, col)}: ${where}${message}`;
    });
}
