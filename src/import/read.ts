// Text of an Intercept policy → its document, or every problem in it with line and column.
import {
  locate,
  type Problem,
  problemsOf,
  renderLocated,
  WITHOUT_HINTS,
} from '../policy/problems.ts';
import { readYaml } from '../policy/read-yaml.ts';
import { problemsOfWhole } from './checks.ts';
import { ambiguousScalars } from './dialect.ts';
import { type InterceptDocument, interceptSchema } from './document.ts';

/** Problems are `name:line:column: message`. */
export async function readIntercept(
  name: string,
  text: string,
): Promise<{ document: InterceptDocument } | { problems: string[] }> {
  const found = await read(text);
  if ('document' in found) return found;
  const located = await locate(text, found.problems);
  return { problems: located.map(problem => renderLocated(name, problem)) };
}

async function read(
  text: string,
): Promise<{ document: InterceptDocument } | { problems: Problem[] }> {
  const { document, problems } = await readYaml(text, { anyNumbers: true });
  if (document === undefined) return { problems };
  const lexical = [...problems, ...(await ambiguousScalars(text)), ...unusableNames(document)];
  const parsed = interceptSchema.safeParse(document);
  if (!parsed.success)
    return {
      problems: [...lexical, ...problemsOf(parsed.error, document, interceptSchema, WITHOUT_HINTS)],
    };
  const all = [...lexical, ...(await problemsOfWhole(parsed.data))];
  return all.length > 0 ? { problems: all } : { document: parsed.data };
}

// The schema library drops a key of this name without a word, and with it a tool's rules.
function unusableNames(document: unknown): Problem[] {
  const tools = (document as { tools?: unknown } | null)?.tools;
  return typeof tools === 'object' && tools !== null && Object.hasOwn(tools, '__proto__')
    ? [{ path: ['tools', '__proto__'], message: 'this name cannot be used', atKey: true }]
    : [];
}
