// What a tool's input schema says of it: the operations it names, free-form code, secrets, bulk.
import { readName, strictestFinding } from './name.ts';
import type { Finding } from './phrase.ts';
import { verbOf } from './verbs.ts';
import { wordsOf } from './words.ts';

export interface SchemaSigns {
  /** Where an argument chooses among operations: the strictest of them. */
  readonly operations: Finding | undefined;
  /** An argument that is code, a command or SQL. */
  readonly code: string | undefined;
  /** Arguments that send an amount to somebody. */
  readonly money: string | undefined;
  readonly hasUrl: boolean;
  readonly hasPath: boolean;
  readonly hasSecret: boolean;
  readonly isBulk: boolean;
}

/** Names of arguments that choose among operations. */
export const OPERATION =
  /^(?:api_?)?(?:action|operation|op|method|verb|command|mode|sub_?command|request_?type)(?:_?(?:type|name))?$/i;
const CODE =
  /^(?:sql|sql_?query|code|script|shell|bash|cmd|commands?|command_?line|source_?code|python|javascript|statements?|cypher|powershell)$/i;
const AMOUNT = /^(?:amount|amount_?in|value_?in_?wei|quantity|qty|lamports|price)(?:_[a-z]+)?$/i;
const PAYEE =
  /^(?:to|to_?address|recipient|recipient_?address|payee|destination|currency|symbol|side|token|token_?(?:in|out|address)|from_?token|to_?token|payment_?method|ticker)$/i;
const MOST_PROPERTIES = 500;

export function readSchema(schema: unknown): SchemaSigns {
  const properties = propertiesOf(schema);
  const names = properties.map(([name]) => name);
  const found = (pattern: RegExp) => names.find(name => pattern.test(name));
  const chosen = properties
    .filter(([name]) => OPERATION.test(name))
    .map(([name, value]) => ({ name, values: enumOf(value) }))
    .filter(({ values }) => values.length > 0);
  // `command: {enum: […]}` chooses an operation; it is no command line.
  const choosing = new Set(chosen.map(({ name }) => name));
  const amount = found(AMOUNT);
  return {
    operations: strictestFinding(
      chosen.flatMap(({ name, values }) => values.map(value => readOperation(value, name))),
    ),
    code: names.find(name => CODE.test(name) && !choosing.has(name)),
    money: amount !== undefined && found(PAYEE) !== undefined ? amount : undefined,
    hasUrl: found(/(?:^|_)(?:url|uri|endpoint|webhook)s?$|Ur[li]$/i) !== undefined,
    hasPath: found(/(?:^|_)(?:path|file|filename|directory|dir|folder)s?$|Path$/i) !== undefined,
    hasSecret: found(/password|secret|credential|api_?key|private_?key|token$/i) !== undefined,
    isBulk: found(/^(?:ids|items|all|batch|bulk|force|recursive|cascade)$/i) !== undefined,
  };
}

function readOperation(value: string, argument: string): Finding | undefined {
  const words = wordsOf(value);
  const finding = readName(words);
  if (finding === undefined) return undefined;
  // `action: cancel` is what is done; a `mode` may only be how.
  const [first = ''] = words;
  const isTold =
    finding.verb === first && !/mode$/i.test(argument) && verbOf(first)?.kind === 'lead';
  return {
    ...finding,
    why: `operation "${value}": ${finding.why}`,
    sure: finding.sure || isTold,
  };
}

export function propertiesOf(schema: unknown): [string, unknown][] {
  if (!isObject(schema)) return [];
  const direct = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  const parts = ['anyOf', 'oneOf', 'allOf'].flatMap(key => {
    const list = schema[key];
    return Array.isArray(list) ? list : [];
  });
  const nested = parts.flatMap(part =>
    isObject(part) && isObject(part.properties) ? Object.entries(part.properties) : [],
  );
  return [...direct, ...nested].slice(0, MOST_PROPERTIES);
}

/** The strings that a value may be, where its schema lists them. */
export function enumOf(value: unknown): string[] {
  if (!isObject(value)) return [];
  const options = ['anyOf', 'oneOf'].flatMap(key => (Array.isArray(value[key]) ? value[key] : []));
  return [value, ...options]
    .flatMap(option => {
      if (!isObject(option)) return [];
      return Array.isArray(option.enum) ? option.enum : [option.const];
    })
    .filter(item => typeof item === 'string')
    .slice(0, MOST_PROPERTIES);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
