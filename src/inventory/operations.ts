// The operations that a tool's schema names for one of its arguments.

const MOST = 500;

export function operationsOf(schema: unknown, argument: string): string[] {
  const property = memberOf(memberOf(schema, 'properties'), argument);
  const options = ['anyOf', 'oneOf'].flatMap(key => listOf(memberOf(property, key)));
  const values = [property, ...options].flatMap(option => [
    ...listOf(memberOf(option, 'enum')),
    memberOf(option, 'const'),
  ]);
  const named = values.filter(value => typeof value === 'string');
  return [...new Set(named)].slice(0, MOST);
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
