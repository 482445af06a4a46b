// The policies that the fuzzer plays against, each beside a reading of it that was made by hand and
// shares no code with the product.
import { loadPolicy } from '../../src/policy/load.ts';
import type { Policy } from '../../src/policy/policy.ts';

export interface Rules {
  readonly mode: 'enforce' | 'observe';
  readonly layers: readonly { document: object; machine?: boolean }[];
  /** True where no call of this tool may pass; `operations`: what a server could take for its operation. */
  readonly forbids: (name: string, operations: readonly (string | undefined)[]) => boolean;
  /** True where no call may pass that some server could take to be of this tool with this at `x`. */
  readonly forbidsValue?: (name: string, x: Given) => boolean;
  /** Calls of tools that may be in flight at once. */
  readonly atOnce?: number;
  /** Methods of no protocol that may pass. */
  readonly vendors?: readonly string[];
  readonly hides: (name: string) => boolean;
  readonly resources: 'allow' | 'deny';
  /** What the server may not ask of the client. */
  readonly asking: readonly string[];
}

/** An argument as it was spelled; undefined where it is missing. */
export type Given =
  | { readonly raw: string; readonly kind: 'object' | 'array' | 'scalar' }
  | undefined;

/** Tools that pass at most this often in one conversation, where the rules have a limit on them. */
export const LIMITED = { tool: 'limited', max: 2 };

const DOOR = 'ecs_resource_management';
const OPERATION = 'api_operation';
export const door = { tool: DOOR, argument: OPERATION };

const startsWithList = (operations: readonly (string | undefined)[]) =>
  operations.length > 0 && operations.every(value => value?.startsWith('List'));
const isHidden = (name: string) => name === 'hidden_tool' || name.startsWith('secret_');
const limits = [{ max: LIMITED.max, window: 'minute' }];

const isText = (x: Given, text: string) =>
  x?.raw.startsWith('"') === true && JSON.parse(x.raw) === text;
const isMore = (x: Given) =>
  x !== undefined && /^[0-9]/.test(x.raw) && Number.isFinite(Number(x.raw)) && Number(x.raw) > 0.5;
const isScalar = (x: Given) => x?.kind === 'scalar';

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
  {
    mode: 'enforce',
    layers: [
      {
        document: {
          version: '1',
          default: 'allow',
          methods: { allow: ['vendor/x', 'notifications/vendor', 'tools/call', 'roots/list'] },
          all_tools: {
            concurrency: 2,
            deny_if: [{ conditions: [{ path: 'args.x', op: 'eq', value: 'a' }] }],
          },
          tools: {
            a: { require: [{ conditions: [{ path: 'args.x', op: 'gt', value: 0.5 }] }] },
            get_x: {
              limits: [
                { max: 3, window: 'minute', cost: { path: 'args.x', default: 1 }, counter: 'sum' },
                { max: 3, window: 'minute', per: 'subject' },
              ],
            },
            [LIMITED.tool]: {
              limits: [...limits, { max: 1, window: 'day', per: 'args.x', kind: 'fixed' }],
            },
            delete_all: { require_approval_if: [{ conditions: [] }] },
          },
        },
      },
      {
        document: {
          version: '1',
          default: 'allow',
          methods: { allow: ['vendor/x', 'vendor/y', 'tools/call', 'notifications/vendor'] },
          tools: { get_x: { concurrency: 5 } },
        },
      },
    ],
    forbids: name => name === 'delete_all',
    forbidsValue: (name, x) =>
      isText(x, 'a') || (name === 'a' && !isMore(x)) || (name === 'limited' && !isScalar(x)),
    atOnce: 2,
    vendors: ['vendor/x', 'notifications/vendor'],
    hides: () => false,
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
