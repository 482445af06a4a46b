// The JSON Schema of a policy, for editors: what zod makes of the schema, with what only code says of it.
// It is made when the package is built; no run loads this.
import * as z from 'zod/mini';
import { MAX_COST } from './amount.ts';
import { OPERATORS, type Operator } from './conditions/operators.ts';
import { conditionsSchema } from './conditions/schema.ts';
import type { SectionReference } from './reference/example.ts';
import { REFERENCE } from './reference/sections.ts';
import { MAX_SLIDING, policySchema } from './schema.ts';
import { CALENDAR_UNITS, MAX_WINDOW_MS } from './window.ts';

interface Schema {
  [keyword: string]: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
}

const CONDITIONS: Schema = { $ref: '#/$defs/conditions' };
const ARGUMENT: Schema = { type: 'string', pattern: '^args($|[.\\[])' };
const COST: Schema = { type: 'number', minimum: 0, maximum: MAX_COST };

const WINDOW: Schema = {
  anyOf: [
    { enum: CALENDAR_UNITS },
    { type: 'string', pattern: '^[1-9][0-9]{0,8}[smhdw]$' },
    { type: 'integer', minimum: 1, maximum: MAX_WINDOW_MS / 1000 },
  ],
};

const RATE: Schema = {
  anyOf: [
    { type: 'string', pattern: `^(0|[1-9][0-9]{0,5})/(${CALENDAR_UNITS.join('|')})$` },
    {
      type: 'object',
      properties: {
        max: { type: 'integer', minimum: 0, maximum: MAX_SLIDING },
        window: { type: 'integer', minimum: 1, maximum: MAX_WINDOW_MS / 1000 },
      },
      required: ['max', 'window'],
      additionalProperties: false,
    },
  ],
};

/**
 * Draft 2020-12. Some of what `check` tells it does not: conflicts of counters, regular expressions, how
 * long a call may wait, where a program may lie.
 */
export function policyJsonSchema(): Schema {
  const document = z.toJSONSchema(policySchema, { io: 'input' }) as Schema;
  for (const [key, schema] of Object.entries(document.properties ?? {})) {
    if (key === 'all_tools') completeEntry(schema);
    if (key === 'tools' || key === 'categories') completeEntry(schema.additionalProperties);
    if (key === 'resources' || key === 'prompts') completeSection(schema);
  }
  describe(document, REFERENCE.document);
  completeApproval(document.properties?.approval);
  describe(document.properties?.client, REFERENCE.client);
  describe(document.properties?.methods, REFERENCE.methods);
  return {
    ...document,
    $defs: { conditions: { type: 'array', items: CONDITION }, condition: condition() },
  };
}

const DURATION: Schema = { type: 'string', pattern: '^[1-9][0-9]{0,8}[smhdw]$' };
function completeApproval(approval: Schema | undefined): void {
  if (approval?.properties === undefined) return;
  Object.assign(approval.properties, {
    timeout: { ...DURATION },
    remember: { anyOf: [{ enum: ['once', 'session'] }, DURATION] },
    command: {
      type: 'array',
      minItems: 1,
      items: { type: 'string' },
    },
  });
  Object.assign(approval, {
    if: {
      properties: { via: { type: 'array', contains: { const: 'command' } } },
      required: ['via'],
    },
    // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
    then: { required: ['command'], properties: { command: true } },
  });
  describe(approval, REFERENCE.approval);
}

function completeEntry(entry: Schema | boolean | undefined): void {
  if (typeof entry !== 'object') return;
  const { properties = {} } = entry;
  for (const list of ['deny_if', 'require', 'require_approval_if']) {
    const rule = properties[list]?.items;
    if (rule?.properties !== undefined) rule.properties.conditions = { ...CONDITIONS };
    describe(rule, REFERENCE.rule);
  }
  properties.rate_limit = { ...RATE };
  completeLimit(properties.limits?.items);
  describe(entry, REFERENCE.entry);
}

function completeLimit(limit: Schema | undefined): void {
  if (limit?.properties === undefined) return;
  const { properties } = limit;
  const cost = properties.cost?.anyOf?.find(({ type }) => type === 'object');
  if (cost?.properties !== undefined) {
    cost.properties.path = { ...ARGUMENT };
    cost.properties.default = { ...COST };
    describe(cost, REFERENCE.cost);
    properties.cost = { anyOf: [COST, cost] };
  }
  properties.window = { ...WINDOW };
  properties.per = { anyOf: [{ enum: ['tool', 'subject'] }, ARGUMENT] };
  boundMax(limit);
  describe(limit, REFERENCE.limit);
}

// How large `max` may be, and whether it must be whole, is for its neighbours to say.
function boundMax(limit: Schema): void {
  const most = (schema: Schema) => ({ properties: { max: schema } });
  Object.assign(limit, {
    if: { required: ['cost'] },
    // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
    then: most(COST),
    else: {
      if: { properties: { kind: { const: 'fixed' } }, required: ['kind'] },
      // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
      then: most({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
      else: most({ type: 'integer', minimum: 0, maximum: MAX_SLIDING }),
    },
  });
}

function completeSection(section: Schema): void {
  const limit = section.properties?.limits?.items;
  completeLimit(limit);
  // Only calls of tools have arguments.
  if (limit?.properties !== undefined)
    Object.assign(limit.properties, { cost: { ...COST }, per: { const: 'subject' } });
  describe(limit, REFERENCE.limit);
  describe(section, REFERENCE.section);
}

const CONDITION: Schema = { $ref: '#/$defs/condition' };

function condition(): Schema {
  const all = z.toJSONSchema(conditionsSchema, { io: 'input' }) as Schema;
  const own = definitionIn(all);
  const some = { type: 'array', items: CONDITION, minItems: 1 };
  own.properties = {
    ...own.properties,
    path: { ...ARGUMENT },
    base: { type: 'string', pattern: ABSOLUTE },
    any: { ...some },
    all: { ...some },
    not: { ...CONDITION },
  };
  describe(own, REFERENCE.condition);
  const leafOnly = ['path', 'op', 'value', 'quantifier', 'base'];
  const combining = ['any', 'all', 'not'];
  const without = (keys: readonly string[]) => ({
    not: { anyOf: keys.map(key => ({ required: [key] })) },
  });
  return {
    ...own,
    oneOf: [
      { required: ['path', 'op'], ...without(combining), allOf: OPERATORS.map(operand) },
      ...combining.map(key => ({
        required: [key],
        ...without([...leafOnly, ...combining.filter(other => other !== key)]),
      })),
    ],
  };
}

// Zod names what refers to itself by a number.
function definitionIn({ items, $defs }: Schema): Schema {
  const name = String(items?.$ref).replace('#/$defs/', '');
  const found = ($defs as Record<string, Schema> | undefined)?.[name];
  if (found?.properties === undefined) throw new RangeError('conditions have no definition');
  return found;
}

const ABSOLUTE = '^(/|~$|~/|[A-Za-z]:[\\\\/]|\\\\\\\\)';
const NOT_EMPTY: Schema = { type: 'string', minLength: 1 };
// Beyond these all doubles are whole numbers, and not all whole numbers are doubles.
const NUMBER: Schema = {
  type: 'number',
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
};
const LIST: Schema = { type: 'array', minItems: 1 };
const LENGTH: Schema = { type: 'integer', minimum: 0 };
const FOLDER: Schema = { type: 'string', pattern: ABSOLUTE };

const VALUES: Partial<Record<Operator, Schema>> = {
  in: LIST,
  not_in: LIST,
  lt: NUMBER,
  lte: NUMBER,
  gt: NUMBER,
  gte: NUMBER,
  regex: NOT_EMPTY,
  contains: { not: { const: '' } },
  starts_with: NOT_EMPTY,
  ends_with: NOT_EMPTY,
  glob: NOT_EMPTY,
  exists: { type: 'boolean' },
  within: { anyOf: [FOLDER, { ...LIST, items: FOLDER }] },
  host_in: { ...LIST, items: { type: 'string', pattern: '^(\\*\\.)?[^*/@?#\\s]+$' } },
  length_lt: LENGTH,
  length_gt: LENGTH,
};

function operand(op: Operator): Schema {
  const needed = op === 'exists' ? {} : { required: ['value'] };
  return {
    if: { properties: { op: { const: op } } },
    // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
    then: { properties: { value: VALUES[op] ?? true }, ...needed },
  };
}

function describe(schema: Schema | undefined, { keys }: SectionReference): void {
  for (const { key, meaning } of keys) {
    const property = schema?.properties?.[key];
    if (property !== undefined) property.description = meaning;
  }
}
