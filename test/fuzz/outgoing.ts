// What may leave policy-wrap: promises about each single line on its way to the server or the client.

import { isUtf8 } from 'node:buffer';
import { parsed } from '../support/parsed.ts';
import { expectThat } from './finding.ts';
import { door, type Rules } from './policies.ts';
import { accepted } from './reading.ts';
import { all, readings, stringOf, type Tree } from './tree.ts';

const REQUESTS =
  `initialize server/discover ping logging/setLevel tools/list tools/call resources/list
  resources/templates/list resources/read resources/subscribe resources/unsubscribe prompts/list
  prompts/get completion/complete subscriptions/listen tasks/get tasks/list tasks/result tasks/cancel
  tasks/update`.split(/\s+/);
const NOTIFICATIONS = `notifications/initialized notifications/cancelled notifications/progress
  notifications/roots/list_changed notifications/tasks/status`.split(/\s+/);

/** One line for every reader: valid UTF-8, one LF, at its end, and no other break, NUL or BOM. */
export function checkLine(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  const one = isUtf8(bytes) && bytes.indexOf(0x0a) === bytes.length - 1;
  expectThat(one, 'a line that goes out is one line', () => JSON.stringify(text));
  const breaks = /[\r\u0085\u2028\u2029\0]|^\ufeff/.test(text);
  expectThat(!breaks, 'a line that goes out has no hidden break', () => JSON.stringify(text));
  return text.slice(0, -1);
}

/** A line on its way to the server: read it as the most lenient server would. */
export function checkForwarded(
  bytes: Buffer,
  rules: Rules,
): { tool: string | undefined; tasks: readonly string[] } {
  const text = checkLine(bytes);
  const tree = accepted(text, 'client');
  expectThat(tree !== undefined, 'what goes to the server is strict JSON', () => text);
  const methods = readings(tree, 'method').map(value => stringOf(value) ?? '');
  const known = [
    ...(readings(tree, 'id').length > 0 ? REQUESTS : NOTIFICATIONS),
    ...(rules.vendors ?? []),
  ];
  expectThat(
    methods.every(method => known.includes(method)),
    'only known methods go to the server',
    () => text,
  );
  const params = readings(tree, 'params');
  if (methods.includes('tools/call')) return { tool: checkTool(params, rules, text), tasks: [] };
  if (rules.resources === 'deny')
    expectThat(!asksForResource(methods, params), 'no denied resource is asked for', () => text);
  return { tool: undefined, tasks: tasksIn(methods, params) };
}

/** Every task that some server could take this request to be about. */
function tasksIn(methods: readonly string[], params: readonly Tree[]): string[] {
  const isAboutOne = methods.some(method => /^tasks\/(?!list)/.test(method));
  const one = isAboutOne ? params.flatMap(value => readings(value, 'taskId')) : [];
  const listed = params
    .flatMap(value =>
      methods.includes('subscriptions/listen') ? readings(value, 'notifications') : [],
    )
    .flatMap(value => readings(value, 'taskIds'))
    .flatMap(({ items }) => items);
  return [...one, ...listed].map(value => stringOf(value) ?? '(none)');
}

function checkTool(params: readonly Tree[], rules: Rules, text: string): string | undefined {
  const names = params.flatMap(value => readings(value, 'name')).map(stringOf);
  expectThat(names.length > 0, 'a call that goes to the server has a name', () => text);
  const operations = params
    .flatMap(value => readings(value, 'arguments'))
    .flatMap(value => readings(value, door.argument))
    .map(stringOf);
  const values = params
    .flatMap(value => readings(value, 'arguments'))
    .flatMap(value => readings(value, 'x'));
  for (const name of names) {
    const given = values.length === 0 ? [undefined] : values;
    const isFine = given.every(x => name === undefined || rules.forbidsValue?.(name, x) !== true);
    expectThat(isFine, 'no denied argument reaches the server', () => text);
    // Some servers cut a name at a NUL.
    const read = [name, name?.split('\0')[0]];
    const passes = read.every(value => value !== undefined && !rules.forbids(value, operations));
    expectThat(passes, 'no denied or hidden tool reaches the server', () => text);
  }
  return names[0];
}

function asksForResource(methods: readonly string[], params: readonly Tree[]): boolean {
  if (methods.some(method => ['resources/read', 'resources/subscribe'].includes(method)))
    return true;
  if (methods.includes('completion/complete')) {
    const refs = params.flatMap(value => readings(value, 'ref'));
    return refs.some(
      ref =>
        readings(ref, 'uri').length > 0 ||
        readings(ref, 'type').some(value => stringOf(value) === 'ref/resource'),
    );
  }
  if (!methods.includes('subscriptions/listen')) return false;
  return params
    .flatMap(value => readings(value, 'notifications'))
    .flatMap(value => readings(value, 'resourceSubscriptions'))
    .some(value => value.kind !== 'array' || value.items.length > 0);
}

/** A line of the server's on its way to the client. */
export function checkDelivered(bytes: Buffer): { text: string; value: Record<string, unknown> } {
  const text = checkLine(bytes);
  const isJson = accepted(text, 'server') !== undefined;
  expectThat(isJson, 'what goes to the client is JSON', () => text);
  return { text, value: parsed(text) as Record<string, unknown> };
}

/** What some client could take as asked of it: by the message itself, its inputs or its error. */
function asked(text: string): (string | undefined)[] {
  const tree = accepted(text, 'server');
  const errors = readings(tree, 'error');
  const bodies = [...readings(tree, 'result'), ...readings(tree, 'params'), ...errors];
  const inputs = bodies
    .flatMap(value => readings(value, 'inputRequests'))
    .flatMap(({ members }) => members.flatMap(([, value]) => readings(value, 'method')));
  const codes = errors.flatMap(error => readings(error, 'code')).map(({ raw }) => Number(raw));
  return [
    ...[...readings(tree, 'method'), ...inputs].map(stringOf),
    ...(codes.includes(-32042) ? ['elicitation/create'] : []),
  ];
}

/** True where what the server sends asks the client for what the rules deny. */
export function asksForDenied(text: string, rules: Rules): boolean {
  return asked(text).some(method => rules.asking.includes(method ?? ''));
}

/** A reply of the server's: nothing of the wrapper's own, and nothing hidden in a list. */
export function checkReply(
  text: string,
  method: string,
  rules: Rules,
  tasks: ReadonlySet<string>,
): void {
  const top = [accepted(text, 'server')].filter(tree => tree !== undefined);
  const results = all(top, 'result');
  const marked = [...all(results, '_meta'), ...all(all(top, 'error'), 'data')];
  const keys = marked.flatMap(({ members }) => members).map(([key]) => key);
  const forged = keys.filter(key => key.startsWith('policy-wrap/'));
  expectThat(forged.length === 0, 'no server writes keys of policy-wrap', () => text);
  if (method === 'tasks/list') {
    const shown = all(
      all(results, 'tasks').flatMap(({ items }) => items),
      'taskId',
    ).map(stringOf);
    const foreign = shown.filter(id => id !== undefined && !tasks.has(id));
    expectThat(foreign.length === 0, 'no task of another call is in a list', () => text);
  }
  if (method !== 'tools/list') return;
  const listed = all(results, 'tools').flatMap(({ items }) => all(items, 'name'));
  const hidden = listed.map(stringOf).filter(name => name !== undefined && rules.hides(name));
  expectThat(hidden.length === 0, 'no hidden tool is in a list', () => text);
}
