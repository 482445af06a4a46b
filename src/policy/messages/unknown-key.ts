// What is said of a key that nobody knows: what it should have been, or where it belongs.
import { NOT_BUILT, policySchema } from '../schema.ts';
import { nearest } from './nearest.ts';
import { keysAt } from './schema-keys.ts';

type Kind = 'document' | 'entry' | 'limit' | 'rule' | 'condition' | 'section' | 'client';

/** By which of its keys each kind of object is known, and where it stands in a policy. */
const KINDS: Record<Kind, { key: string; keys: readonly string[]; place: string }> = {
  document: { key: 'version', keys: keysAt(policySchema, []), place: 'at the top of the policy' },
  entry: {
    key: 'rate_limit',
    keys: keysAt(policySchema, ['tools', '']),
    place: 'in an entry of `tools` or `categories`, or in `all_tools`',
  },
  limit: {
    key: 'window',
    keys: keysAt(policySchema, ['all_tools', 'limits', 0]),
    place: 'in a limit: `"limits": [{"max": 10, "window": "minute"}]`',
  },
  rule: {
    key: 'conditions',
    keys: keysAt(policySchema, ['all_tools', 'deny_if', 0]),
    place: 'in a rule: `"deny_if": [{"conditions": […], "on_deny": "…"}]`',
  },
  condition: {
    key: 'op',
    keys: ['path', 'op', 'value', 'quantifier'],
    place: 'in a condition: `{"path": "args.name", "op": "eq", "value": "…"}`',
  },
  // Told apart from a document, which has its keys too, by the order here.
  section: {
    key: 'hide',
    keys: keysAt(policySchema, ['resources']),
    place: 'in `resources` or `prompts`',
  },
  client: { key: 'sampling', keys: keysAt(policySchema, ['client']), place: 'in `client`' },
};

const ACTION = (action: string) => `write \`"action": "${action}"\``;
const RULE = (list: string) =>
  `write \`"${list}": [{"conditions": [{"path": "args.name", "op": "eq", "value": "…"}]}]\``;
const RATE = 'write `"rate_limit": "10/minute"`, or `"limits": [{"max": 10, "window": "minute"}]`';
const TOOLS =
  'rules on tools stand in `tools`, by name: `"tools": {"delete_*": {"action": "deny"}}`';

/** What people write, in each kind of object, for what is called otherwise. */
const HINTS: Partial<Record<Kind, readonly (readonly [words: string, hint: string])[]>> = {
  document: [
    ['deny block blocked denied denylist blacklist', TOOLS],
    ['allow allowed allowlist whitelist', 'write `"tools": {"read_*": {}}`: an empty entry allows'],
    ['rule rules policies policy permissions', TOOLS],
    ['name title', 'write `description`'],
    ['mode observe enforce dry_run', 'it is an option of the command line: `--mode observe`'],
    ['server servers command', 'a policy is chosen by its file name or by `--policy`'],
    ['category', 'write `categories`'],
    ['limit rate ratelimit throttle', 'write `all_tools`, with `limits` or `rate_limit` in it'],
  ],
  entry: [
    ['deny block blocked denied disabled forbidden', ACTION('deny')],
    ['allow allowed enabled permit', 'an entry allows unless it says otherwise: leave it out'],
    ['effect decision permission verdict mode policy', 'write `action`'],
    ['approve approval require_approval needs_approval confirm ask', ACTION('require_approval')],
    ['rule rules when if where condition', RULE('deny_if')],
    ['require_if allow_if allowed_if only_if', RULE('require')],
    ['rate ratelimit throttle max_calls maxcalls calls per_minute per_hour quota', RATE],
    ['max_concurrent max_concurrency parallel in_flight', 'write `"concurrency": 1`'],
    ['args arguments params parameters input', RULE('require')],
    ['message description comment why on_deny', 'write `reason`'],
    ['hidden hide visible', '`hide` stands at the top of the policy: `"hide": ["name"]`'],
    ['category', 'only entries of `tools` have it'],
    ['risk class type kind', 'write `category`, in an entry of `tools`'],
  ],
  limit: [
    ['max_calls maxcalls calls limit count amount_max maximum requests times', 'write `max`'],
    ['period interval duration every seconds time unit', 'write `window`'],
    ['name id bucket shared', 'write `counter`'],
    ['type algorithm strategy', 'write `kind`'],
    ['amount weight price sum', 'write `cost`'],
    ['by group_by each key', 'write `per`'],
    ['path', 'write `"cost": {"path": "args.amount"}`'],
    ['action on_exceed burst', 'a call over a limit is stopped; there is nothing to choose'],
  ],
  rule: [
    ['condition if when any all not', 'put it in the list `conditions`'],
    ['path op value', 'put it in a condition: `"conditions": [{"path": …, "op": …, "value": …}]`'],
    ['action effect', 'the list that it stands in says what happens'],
    ['message', 'write `on_deny`, or `reason` in `require_approval_if`'],
    ['reason', 'write `on_deny`'],
    ['on_deny', 'write `reason`'],
  ],
  condition: [
    ['operator comparison', 'write `op`'],
    ['arg argument field name parameter param key', 'write `"path": "args.name"`'],
    ['values pattern expected with equals eq', 'write `value`, and the operator in `op`'],
    ['or any_of one_of', 'write `any`'],
    ['and all_of', 'write `all`'],
    ['each every', 'write `quantifier`'],
    ['negate none nor', 'write `not`'],
  ],
  section: [['tools', 'it stands at the top of the policy']],
};

/** `keys` are those that would be accepted there; `hints` where they are a policy's. */
export function unknownKey(key: string, keys: readonly string[], hints = true): string {
  if (!hints) return notKnown(nearest(key, keys), keys);
  const kind = kindOf(keys);
  if (NOT_BUILT.has(key) && kind === 'document')
    return 'this version cannot enforce this key yet, so it does not accept it';
  const hint = HINTS[kind ?? 'client']?.find(([words]) => words.split(' ').includes(plain(key)));
  if (hint !== undefined && !keys.includes(plain(key))) return `unknown key: ${hint[1]}`;
  const elsewhere = Object.values(KINDS).find(({ keys }) => keys.includes(key));
  const near = nearest(key, keys);
  // `reed` in `categories` is near; `max` in an entry is known elsewhere, whatever is near.
  if (elsewhere !== undefined && near === undefined)
    return `unknown key here: it stands ${elsewhere.place}`;
  if (near === undefined && keys.includes('destructive') && kind === undefined)
    return `unknown category, expected one of ${keys.join(', ')}; names of tools stand in \`tools\``;
  return notKnown(near, keys);
}

function notKnown(near: string | undefined, keys: readonly string[]): string {
  if (near !== undefined) return `unknown key, did you mean \`${near}\`?`;
  return keys.length === 0 ? 'unknown key' : `unknown key, expected one of ${keys.join(', ')}`;
}

function kindOf(keys: readonly string[]): Kind | undefined {
  const kinds = Object.keys(KINDS) as Kind[];
  return kinds.find(kind => keys.includes(KINDS[kind].key));
}

function plain(key: string): string {
  return key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toLowerCase();
}
