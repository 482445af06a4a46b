// A tool's category from its name: the first verb decides, a dangerous one wherever it stands.
//
// Only the name counts (and the operation of a tool that has several): what a server says of its own
// tools in descriptions and annotations must not lower the caution it is treated with.
import type { Category } from './schema.ts';

type Known = Exclude<Category, 'unknown'>;

const VERBS: Record<Known, readonly string[]> = {
  financial: [
    ...['pay', 'payout', 'refund', 'charge', 'transfer', 'purchase', 'buy', 'sell', 'checkout'],
    ...['withdraw', 'deposit', 'invoice', 'payment', 'payments', 'trade', 'order'],
  ],
  destructive: [
    ...['delete', 'remove', 'destroy', 'drop', 'purge', 'terminate', 'erase', 'wipe', 'truncate'],
    ...['uninstall', 'revoke', 'deregister', 'flush', 'prune', 'reset', 'rm', 'del', 'clear'],
    ...[
      'unlink',
      'kill',
      'detach',
      'evict',
      'expire',
      'discard',
      'overwrite',
      'flushall',
      'flushdb',
    ],
  ],
  execute: [
    ...['execute', 'exec', 'run', 'start', 'stop', 'invoke', 'deploy', 'trigger', 'launch', 'eval'],
    ...['evaluate', 'restart', 'reboot', 'shell', 'bash', 'command', 'script', 'build', 'push'],
    ...['send', 'publish', 'merge', 'scale', 'rollback', 'install', 'apply', 'rotate', 'click'],
    ...[
      'navigate',
      'press',
      'type',
      'spawn',
      'submit',
      'call',
      'request',
      'query',
      'sql',
      'cancel',
    ],
  ],
  write: [
    ...['create', 'update', 'write', 'set', 'put', 'add', 'insert', 'edit', 'modify', 'patch'],
    ...['upsert', 'append', 'register', 'tag', 'untag', 'move', 'rename', 'copy', 'upload', 'save'],
    ...['attach', 'enable', 'disable', 'assign', 'comment', 'fork', 'close', 'open', 'subscribe'],
    ...['configure', 'import', 'store', 'mkdir', 'make', 'post', 'reply', 'increment', 'decrement'],
    ...['lock', 'unlock', 'grant', 'restore', 'change', 'replace', 'archive', 'generate'],
  ],
  read: [
    ...['get', 'list', 'describe', 'read', 'search', 'find', 'show', 'fetch', 'view', 'count'],
    ...['check', 'validate', 'lookup', 'inspect', 'info', 'status', 'wait', 'explain', 'analyze'],
    ...['analyse', 'detect', 'diff', 'compare', 'download', 'export', 'tree', 'stat', 'exists'],
    ...['discover', 'monitor', 'preview', 'recommend', 'suggest', 'head', 'ls', 'cat', 'watch'],
    ...['retrieve', 'browse', 'verify', 'ping', 'echo'],
  ],
};
// The first word of a name is its verb; these are dangerous wherever they stand.
const CONJUNCTIONS: ReadonlySet<string> = new Set(['and', 'or', 'then']);
const ANYWHERE: readonly Known[] = ['destructive', 'financial'];
const BY_CAUTION: readonly Known[] = ['financial', 'destructive', 'execute', 'write', 'read'];
const CATEGORY_OF = new Map<string, Known>(
  [...BY_CAUTION]
    .reverse()
    .flatMap(category => VERBS[category].map(verb => [verb, category] as const)),
);

/** The category of a name: a tool's, or an operation's where the tool has several. */
export function classify(name: string): Category {
  const parts = name.split(':').map(categoryOf);
  return BY_CAUTION.find(category => parts.includes(category)) ?? 'unknown';
}

function categoryOf(name: string): Category {
  const words = wordsOf(name);
  const found = words.map(word => CATEGORY_OF.get(word)).filter(category => category !== undefined);
  // `search_and_replace` has two verbs; in `get_build_status` the second one is a noun.
  const counted = words.some(word => CONJUNCTIONS.has(word))
    ? found
    : [...found.slice(0, 1), ...found.filter(category => ANYWHERE.includes(category))];
  return BY_CAUTION.find(category => counted.includes(category)) ?? 'unknown';
}

/** `deleteAppV2`, `delete_app`, `DELETE-app` → delete, app, …; in lower case. */
function wordsOf(name: string): string[] {
  return (
    name
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      // Not `[A-Z]+` and what follows it: that takes quadratic time on a long run of capitals.
      .replace(/(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
      .toLowerCase()
      .split(/[^a-z]+/)
      .filter(word => word !== '')
  );
}
