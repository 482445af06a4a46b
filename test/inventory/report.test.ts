// What an inventory says of servers: grades in force, what tools of one client invite together, no secrets.
import { describe, expect, test } from 'vitest';
import { reportOn } from '../../src/inventory/report.ts';
import { entry, found, WRAPPED } from './reports.ts';

const asks = { default: 'deny', categories: { destructive: { action: 'require_approval' } } };
const tools = { delete_file: 'Deletes a file.' };
const graded = async (...args: Parameters<typeof found>) =>
  reportOn([await found(...args)])[0]?.grade;

describe('the grade now', () => {
  test('is the one before where nothing is wrapped', async () => {
    expect(await graded(entry(), tools, { documents: [asks] })).toEqual({
      now: 'F',
      before: 'F',
      after: 'A',
    });
  });

  test('is the one after where it is', async () => {
    const wrapped = entry({ wrapped: WRAPPED });
    expect(await graded(wrapped, tools, { documents: [asks] })).toMatchObject({ now: 'A' });
  });

  test('is the one before where the wrapper only observes, but for the administrator', async () => {
    const wrapped = entry({ wrapped: WRAPPED });
    const observed = { documents: [asks], observes: true };
    expect(await graded(wrapped, tools, observed)).toMatchObject({ now: 'F', after: 'A' });
    expect(await graded(wrapped, tools, { ...observed, machine: true })).toMatchObject({
      now: 'A',
    });
  });

  test('of a server without tools is A, of one that is not known there is none', async () => {
    expect(await graded(entry(), {})).toEqual({ now: 'A', before: 'A', after: 'A' });
    const one = { ...(await found(entry(), {})), listed: undefined, state: 'failed' as const };
    expect(reportOn([one])[0]?.grade).toBeNull();
  });

  test('without a usable policy says nothing of after', async () => {
    const one = await found(entry(), tools);
    const governed = one.governed && { ...one.governed, rules: undefined };
    const [server] = reportOn([{ ...one, governed }]);
    expect(server?.grade).toEqual({ now: 'F', before: 'F', after: null });
    expect(server?.tools[0]?.verdict).toBeNull();
  });
});

describe('what tools invite together', () => {
  const ids = (server: ReturnType<typeof reportOn>[number] | undefined) =>
    server?.tools.flatMap(({ attacks }) => attacks.map(({ id }) => id));
  const writer = entry({ name: 'mail' });
  const open = { documents: [{ default: 'allow' }] };

  test('a reader of another server in the same client', async () => {
    const sending = await found(writer, { update_issue: 'Updates an issue.' }, open);
    const reading = await found(entry(), { get_page: 'Gets a page.' }, open);
    expect(ids(reportOn([sending])[0])).not.toContain('lethal-trifecta');
    expect(ids(reportOn([sending, reading])[0])).toContain('lethal-trifecta');
  });

  test('one of another client does not, unless it reads the same file', async () => {
    const sending = await found(writer, { update_issue: 'Updates an issue.' }, open);
    const other = (more = {}) =>
      found(entry({ client: 'zed', ...more }), { get_page: 'Gets a page.' }, open);
    expect(ids(reportOn([sending, await other()])[0])).not.toContain('lethal-trifecta');
    const shared = await other({ readers: ['cursor'] });
    expect(ids(reportOn([sending, shared])[0])).toContain('lethal-trifecta');
  });

  test('one that is denied does not', async () => {
    const sending = await found(writer, { update_issue: 'Updates an issue.' }, open);
    const denied = await found(
      entry(),
      { get_page: 'Gets a page.' },
      {
        documents: [{ default: 'deny' }],
      },
    );
    expect(ids(reportOn([sending, denied])[0])).not.toContain('lethal-trifecta');
  });
});

test('no value of an environment, no secret of a command line or a URL is told', async () => {
  const secret = 'hunter-22-hunter';
  const args = ['--token', 'abcdefgh-1', `--dsn=postgres://u:pw-of-u@h/d`, `--x=${secret}`];
  const one = await found(
    entry({ args, env: { X: secret }, url: `https://u:pass-1@h/sse?key=query-1` }),
    { get_page: `Gets it with ${secret}.` },
  );
  const text = JSON.stringify(reportOn([one]));
  for (const hidden of [secret, 'abcdefgh-1', 'pw-of-u', 'pass-1', 'query-1'])
    expect(text).not.toContain(hidden);
  expect(text).toContain('Gets it with [redacted].');
});

test('a name is told as it is, but for what is named as a secret', async () => {
  const env = { API_KEY: 'hunter-22-hunter', DATABASE: 'orders' };
  const one = await found(entry({ env }), { 'get_hunter-22-hunter': '', list_orders: '' });
  const names = reportOn([one])[0]?.tools.map(({ name }) => name);
  expect(names).toEqual(['get_[redacted]', 'list_orders']);
});
