// What the lists of this session do not show.
import type { Call } from '../policy/call.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { Policy } from '../policy/policy.ts';
import { type Context, isEnforced } from './context.ts';
import { KINDS, type Kind } from './list-changed.ts';
import type { Listing } from './methods.ts';

type IsHidden = (name: string) => boolean;

/** For each kind of list the test for a name; undefined where nothing of that kind is hidden. */
export type Hiding = Readonly<Record<Listing['of'], IsHidden | undefined>>;

export function hidingOf(context: Context, ownsTask: (id: string) => boolean): Hiding {
  const layers = context.policies.filter(policy => isEnforced(context, policy));
  const hidden = (hides: (policy: Policy) => boolean, test: (policy: Policy) => IsHidden) => {
    const tests = layers.filter(hides).map(test);
    return tests.length === 0
      ? undefined
      : (name: string) => tests.some(isHidden => isHidden(name));
  };
  const denied = (callOf: (name: string) => Call): IsHidden | undefined =>
    context.hideDenied && layers.length > 0
      ? name => isNeverAllowed(layers, callOf(name), context.policies)
      : undefined;
  const section = (key: 'resources' | 'prompts') =>
    hidden(
      policy => policy[key].hides,
      policy => policy[key].isHidden,
    );
  const isDoor: IsHidden = tool => context.policies.some(({ operations }) => operations.has(tool));
  const deniedTool = denied(name => ({ kind: 'tool', name, args: undefined }));
  return {
    tool: either(
      hidden(
        policy => policy.hides,
        policy => policy.isHidden,
      ),
      // Which operations a tool has is not known here: one of them may be allowed.
      deniedTool && (name => !isDoor(name) && deniedTool(name)),
    ),
    resource: either(
      section('resources'),
      denied(uri => ({ kind: 'resource', names: [uri] })),
    ),
    // What a template's URIs will be is not known either.
    template: section('resources'),
    prompt: either(
      section('prompts'),
      denied(name => ({ kind: 'prompt', names: [name] })),
    ),
    task: layers.some(({ stopsTools }) => stopsTools) ? id => !ownsTask(id) : undefined,
  };
}

/**
 * The lists that may show other items under `next` than under `before`. What can never be allowed is
 * not compared: a notification too many costs a client one look.
 */
export function changedLists(before: Context, next: Context): Kind[] {
  return KINDS.filter(
    kind => next.hideDenied || patternsIn(before, kind) !== patternsIn(next, kind),
  );
}

function patternsIn(context: Context, kind: Kind): string {
  const layers = context.policies.filter(policy => isEnforced(context, policy));
  return JSON.stringify([...new Set(layers.flatMap(({ hide }) => hide[kind]))].sort());
}

function isNeverAllowed(layers: readonly Policy[], call: Call, all: readonly Policy[]): boolean {
  const { effect, limits } = evaluate(layers, call, all);
  // What adds up costs lets a call through that costs nothing.
  return effect === 'deny' || limits.some(({ limit: { max, cost } }) => max === 0 && !cost);
}

function either(a: IsHidden | undefined, b: IsHidden | undefined): IsHidden | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return name => a(name) || b(name);
}
