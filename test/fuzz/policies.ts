// The policies that the fuzzer plays against, each beside a reading of it that was made by hand and
// shares no code with the product.
import { loadPolicy } from '../../src/policy/load.ts';
import type { Policy } from '../../src/policy/policy.ts';

export interface Rules {
  readonly mode: 'enforce' | 'observe';
  readonly layers: readonly { document: object; machine?: boolean }[];
  /** True where no call of this tool may pass; `operations`: what a server could take for its operation. */
  readonly forbids: (name: string, operations: readonly (string | undefined)[]) => boolean;
  readonly hides: (name: string) => boolean;
  readonly resources: 'allow' | 'deny';
  /** What the server may not ask of the client. */
  readonly asking: readonly string[];
}

/** Tools that pass at most this often in one conversation, where the rules have a limit on them. */
export const LIMITED = { tool: 'limited', max: 2 };

const DOOR = 'ecs_resource_management';
const OPERATION = 'api_operation';
export const door = { tool: DOOR, argument: OPERATION };

const startsWithList = (operations: readonly (string | undefined)[]) =>
  operations.length > 0 && operations.every(value => value?.startsWith('List'));
const isHidden = (name: string) => name === 'hidden_tool' || name.startsWith('secret_');
const limits = [{ max: LIMITED.max, window: 'minute' }];

export const RULES: readonly Rules[] = [
  {
    mode: 'enforce',
    layers: [
      {
        document: {
          version: '1',
          default: 'allow',
          hide: ['hidden_tool', 'secret_*'],
          operations: { [DOOR]: OPERATION },
          tools: {
            delete_all: { action: 'deny' },
            café: { action: 'deny' },
            [DOOR]: { action: 'deny' },
            [`${DOOR}:List*`]: {},
            [LIMITED.tool]: { limits },
          },
          resources: { default: 'deny' },
        },
      },
    ],
    forbids: (name, operations) =>
      isHidden(name) ||
      ['delete_all', 'café'].includes(name) ||
      name.startsWith(`${DOOR}:`) ||
      (name === DOOR && !startsWithList(operations)),
    hides: isHidden,
    resources: 'deny',
    asking: [],
  },
  {
    mode: 'enforce',
    layers: [
      {
        document: {
          version: '1',
          default: 'deny',
          tools: { a: {}, 'get_*': {} },
          client: { roots: 'deny', elicitation: 'deny' },
        },
      },
      { document: { version: '1', default: 'allow', hide: ['get_hidden', 'secret_*'] } },
    ],
    forbids: name => name !== 'a' && (!name.startsWith('get_') || name === 'get_hidden'),
    hides: name => name === 'get_hidden' || name.startsWith('secret_'),
    resources: 'deny',
    asking: ['roots/list', 'elicitation/create'],
  },
  {
    mode: 'observe',
    layers: [
      { document: { version: '1', default: 'deny', hide: ['*'] } },
      {
        document: {
          version: '1',
          default: 'allow',
          hide: ['secret_*'],
          operations: { [DOOR]: OPERATION },
          tools: { delete_all: { action: 'deny' }, [`${DOOR}:*Delete*`]: { action: 'deny' } },
        },
        machine: true,
      },
    ],
    forbids: (name, operations) =>
      name === 'delete_all' ||
      name.startsWith('secret_') ||
      name.startsWith(`${DOOR}:`) ||
      (name === DOOR &&
        (operations.length === 0 ||
          operations.some(value => value === undefined || value.includes('Delete')))),
    hides: name => name.startsWith('secret_'),
    resources: 'allow',
    asking: [],
  },
];

export interface Loaded extends Rules {
  readonly policies: readonly Policy[];
}

export function loadRules(): Promise<Loaded[]> {
  return Promise.all(
    RULES.map(async rules => ({
      ...rules,
      policies: await Promise.all(
        rules.layers.map(async ({ document, machine = false }, i) => {
          const text = JSON.stringify(document);
          const layer = i === 0 ? 'policy' : `layer${i}`;
          const loaded = await loadPolicy({ name: 'p', text, format: 'json', layer, machine });
          if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
          return loaded.policy;
        }),
      ),
    })),
  );
}
