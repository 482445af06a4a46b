// Which tools of a real server a preset does not know: those that only its catch-all decides.
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { loadPolicies } from '../../src/config/policies.ts';
import { givenPolicies } from '../../src/config/policy-files.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { PresetName } from '../../src/policy/presets.ts';

/** The names of all tools, over all pages. */
export async function toolsOf(client: Client): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listTools({ cursor });
    names.push(...page.tools.map(({ name }) => name));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return names;
}

/** Of calls of these tools, each with these arguments, those that no rule of their own decides. */
export async function unknownTo(
  preset: PresetName,
  tools: readonly string[],
  args: Record<string, string> = {},
): Promise<string[]> {
  const { policies } = await loadPolicies(givenPolicies([`preset:${preset}`]));
  return tools.filter(name => {
    const { key } = evaluate(policies, { kind: 'tool', name, args: () => ({ value: args }) });
    return key === null || key === '*';
  });
}
