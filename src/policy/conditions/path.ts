// Paths into the arguments of a call: `args.list[*].id`, and what they lead to.
import type { Exact } from '../../rpc/exact.ts';
import { ExactNumber } from '../../rpc/exact.ts';
import { folded } from '../../rpc/fold.ts';
import { type Effort, KEY, TOO_MUCH } from './effort.ts';
import { kindOf, shorten, typeOf } from './show.ts';

/** One step of a path; `text` is how it is written. */
type Step = { readonly text: string } & (
  | { readonly kind: 'key'; readonly key: string; readonly folded: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' }
);

export interface ArgumentPath {
  readonly steps: readonly Step[];
  /** True where it has `[*]`. */
  readonly isMany: boolean;
}

/** The longest name that a path may have: `folded` tells names apart from those that are no longer. */
const MAX_NAME = 64;
const EXPECTED =
  'expected a path such as "args.name", "args.list[*].id", "args.list[0]" or "args[\\"odd.name\\"].id"';
const STEP =
  /\.(?<name>[\p{L}\p{N}_$-]+)|\[(?:(?<quoted>"(?:[^"\\]|\\.)*")|(?<index>0|[1-9]\d{0,5})|(?<each>\*))\]/uy;

/** A path, or what is wrong with it. */
export function parsePath(text: string): ArgumentPath | { problem: string } {
  if (!/^args(?![^.[])/.test(text)) return { problem: EXPECTED };
  const steps: Step[] = [];
  for (let at = 'args'.length; at < text.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const step = stepOf(STEP.exec(text)?.groups);
    if (step === undefined)
      return { problem: `${EXPECTED}; \`${shorten(text.slice(at))}\` is no step of a path` };
    if (step.kind === 'key' && step.key.length > MAX_NAME)
      return { problem: `expected names of at most ${MAX_NAME} characters in a path` };
    steps.push(step);
  }
  return { steps, isMany: steps.some(({ kind }) => kind === 'each') };
}

function stepOf(groups: Record<string, string | undefined> | undefined): Step | undefined {
  if (groups === undefined) return undefined;
  const { name, quoted, index, each } = groups;
  if (each !== undefined) return { kind: 'each', text: '[*]' };
  if (index !== undefined) return { kind: 'index', index: Number(index), text: `[${index}]` };
  if (quoted === undefined) return name === undefined ? undefined : keyStep(name, `.${name}`);
  const key = unquoted(quoted);
  return key === undefined ? undefined : keyStep(key, `[${quoted}]`);
}

function keyStep(key: string, text: string): Step {
  return { kind: 'key', key, folded: folded(key), text };
}

function unquoted(json: string): string | undefined {
  try {
    return JSON.parse(json) as string;
  } catch {
    return undefined;
  }
}

/**
 * What one way along a path leads to. `unclear`: a server may find something there that nobody can
 * say from here. `where` is the path that was gone, with numbers in place of `[*]`.
 */
export type Found = { readonly where: () => string } & (
  | { readonly kind: 'value'; readonly value: Exact }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'unclear'; readonly why: string }
);

/** Goes every way along a path, in order, as long as `visit` says true and the effort lasts. */
export function follow(
  { steps }: ArgumentPath,
  args: Exact | undefined,
  visit: (found: Found) => boolean,
  effort?: Effort,
): void {
  const numbers: number[] = [];

  function located(upTo: number): () => string {
    const gone = [...numbers];
    return () => {
      let next = 0;
      const texts = steps
        .slice(0, upTo)
        .map(({ kind, text }) =>
          kind === 'each' && next < gone.length ? `[${gone[next++]}]` : text,
        );
      return `args${texts.join('')}`;
    };
  }

  function absent(upTo: number, why = 'is missing'): boolean {
    return visit({ kind: 'absent', why, where: located(upTo) });
  }

  function unclear(upTo: number, why: string): boolean {
    return visit({ kind: 'unclear', why, where: located(upTo) });
  }

  function go(value: Exact | undefined, at: number): boolean {
    const step = steps[at];
    if (value === undefined) return absent(at);
    if (step === undefined) return visit({ kind: 'value', value, where: located(at) });
    if (step.kind === 'key') return goByKey(value, at, step);
    // Servers that take a list often take one member without a list around it, or a list as JSON in
    // a string; or they have a name for each member.
    if (value === null) return absent(at, 'is null');
    if (!Array.isArray(value)) return unclear(at, `is ${kindOf(value)}, not a list`);
    if (step.kind === 'index') return go(value[step.index], at + 1);
    if (value.length === 0) return absent(at, 'is an empty list');
    return value.every((member, number) => {
      numbers.push(number);
      const goesOn = go(member, at + 1);
      numbers.pop();
      return goesOn;
    });
  }

  function goByKey(value: Exact, at: number, step: Step & { kind: 'key' }): boolean {
    // Some servers parse JSON inside strings, and take a list for its only member.
    if (typeof value === 'string' || Array.isArray(value))
      return unclear(at, `is ${kindOf(value)}, not an object`);
    if (typeof value !== 'object' || value === null || value instanceof ExactNumber)
      return absent(at, `is ${kindOf(value)}, not an object`);
    if (effort?.spend(costOf(value)) === false) {
      unclear(at, TOO_MUCH);
      return false;
    }
    const twin = twinOf(step, value);
    if (twin !== undefined)
      return unclear(
        at,
        `has the key ${shorten(JSON.stringify(twin.slice(0, 80)))}, which some servers may take for ${JSON.stringify(step.key)}`,
      );
    if (Object.hasOwn(value, step.key)) return go(value[step.key], at + 1);
    if (mayInherit(value))
      return unclear(
        at,
        `has the key "${PROTOTYPE}", from which some servers may take what is missing`,
      );
    return absent(at + 1);
  }

  go(args, 0);
}

function costOf(object: { [key: string]: Exact }): number {
  let cost = 0;
  for (const key in object) cost += KEY + key.length;
  return cost;
}

const PROTOTYPE = '__proto__';

// To a server in JavaScript that copies it by assignment, as `Object.assign` does, the value of this key
// is the object's prototype: all that is in it is found in the object too.
function mayInherit(object: { [key: string]: Exact }): boolean {
  return Object.hasOwn(object, PROTOTYPE) && typeOf(object[PROTOTYPE]) === 'object';
}

/** Another key that a lenient reader takes for this one. */
function twinOf(
  { key, folded: wanted }: { key: string; folded: string },
  object: { [key: string]: Exact },
): string | undefined {
  for (const other in object) if (other !== key && folded(other) === wanted) return other;
  return undefined;
}
