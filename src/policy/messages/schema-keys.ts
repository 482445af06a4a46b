// Which keys the schema knows at a place of a document.
import type * as z from 'zod/mini';
import type { Path } from '../document-path.ts';

/** The keys of the object at `path`; none where the schema has no object with known keys there. */
export function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  const inner = unwrapped(schema);
  const [part, ...rest] = path;
  const { def } = inner._zod;
  switch (def.type) {
    case 'object':
      if (part === undefined) return Object.keys(def.shape);
      return Object.hasOwn(def.shape, part) ? below(def.shape[part], rest) : [];
    case 'record':
      return part === undefined ? optionsOf(def.keyType) : below(def.valueType, rest);
    case 'array':
      return part === undefined ? [] : below(def.element, rest);
    case 'union':
      return def.options.flatMap(option => keysAt(option, path));
    default:
      return [];
  }
}

function below(schema: z.core.$ZodType | undefined, path: Path): readonly string[] {
  return schema === undefined ? [] : keysAt(schema, path);
}

function optionsOf(schema: z.core.$ZodType): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'enum' ? Object.values(def.entries).map(String) : [];
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodTypes {
  const known = schema as z.core.$ZodTypes;
  const { def } = known._zod;
  if (def.type === 'optional' || def.type === 'nullable') return unwrapped(def.innerType);
  if (def.type === 'pipe') return unwrapped(def.in);
  if (def.type === 'lazy') return unwrapped(def.getter());
  return known;
}
