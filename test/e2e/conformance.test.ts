// The official conformance suite finds behind policy-wrap what it finds in the server itself.
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type Message, startBridge } from '../conformance/bridge.ts';
import { type Check, type Revision, runSuite } from '../conformance/suite.ts';
import { testWith } from '../support/needs.ts';
import { cleanEnv, type Launch, launch, logRows, root, tempDir } from '../support/wrapper.ts';

const [node, server] = [process.execPath, join(root, 'test/conformance/server.mjs')];

const allowAll = { version: '1', default: 'allow' };
/** Takes away only what no scenario knows, and counts everything. */
const strict = {
  version: '1',
  default: 'allow',
  hide: ['drop_*'],
  tools: { send_all_money: { action: 'deny' } },
  all_tools: { limits: [{ counter: 'calls', max: 1000, window: 'hour' }] },
  resources: { default: 'allow', limits: [{ counter: 'reads', max: 1000, window: 'hour' }] },
  prompts: { default: 'allow', limits: [{ counter: 'prompts', max: 1000, window: 'hour' }] },
};

/** At least so many requests of the suite are such that a policy decides on them. */
const DECISIONS = 15;

/** These look at open streams for half a second: too little for a machine that is busy. */
const TIMED = ['server-stateless'];

interface Era {
  revision: Revision;
  /** How many scenarios the server passes. */
  passed: number;
  /** The checks that it does not pass, wrapped or not. */
  known: { why: string; checks: RegExp }[];
  /** The first message on a connection that no handshake opens: it tells a server the era. */
  opening?: Message;
}

const hostHeader = {
  why: 'it is a matter of the HTTP server',
  checks: /^dns-rebinding-protection /,
};

const eras: Era[] = [
  {
    revision: '2025-11-25',
    passed: 31,
    known: [hostHeader],
  },
  {
    revision: '2026-07-28',
    passed: 44,
    known: [
      hostHeader,
      { why: 'so are the other headers', checks: /^http-(custom-)?header-/ },
      { why: 'and so is whether they fit the body', checks: /header-mismatch|rejects?-mismatched/ },
      {
        why: 'over stdio the SDK looks at the version of the first message only',
        checks: / sep-2575-(http-)?server-unsupported-version-(error|400)$/,
      },
    ],
    opening: {
      jsonrpc: '2.0',
      id: 'opening',
      method: 'tools/list',
      params: {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    },
  },
];

const conformanceTest = testWith('test/conformance/suite.sh');

for (const era of eras)
  conformanceTest(`conformance to ${era.revision} is the same behind policy-wrap`, async () => {
    const direct: Launch = { command: node, args: [server], env: cleanEnv(tempDir()), home: '' };
    const behind = [allowAll, strict].map(policy => launch([node, server], { policy }));
    const [bare = [], open = [], counted = []] = await Promise.all(
      [direct, ...behind].map(command => checksOf(command, era)),
    );

    expect(surprisesIn(bare, era)).toEqual([]);
    for (const { why, checks } of era.known)
      expect(failedIn(bare).filter(isOne(checks)), why).not.toEqual([]);
    expect(scenariosPassed(bare).length).toBeGreaterThanOrEqual(era.passed);

    expect(open.map(outcome)).toEqual(bare.map(outcome));
    expect(counted.filter(check => !isRefused(check)).map(outcome)).toEqual(
      bare.filter(check => !isRefused(check)).map(outcome),
    );
    expect(counted.filter(isRefused).map(outcome)).toEqual(
      bare.filter(isRefused).map(check => `${nameOf(check)} FAILURE`),
    );

    // That the wrapped servers were wrapped.
    expect(toolsSeen(open)).toEqual(toolsSeen(bare));
    expect(toolsSeen(bare)).toContain('drop_all_tables');
    expect(toolsSeen(counted)).toEqual(toolsSeen(bare).filter(name => name !== 'drop_all_tables'));
    for (const { home } of behind) {
      const rows = (await logRows(home)).filter(({ layer }) => layer !== 'protocol');
      expect(rows.length).toBeGreaterThanOrEqual(DECISIONS);
      const denied = rows.filter(({ effect }) => effect !== 'allow');
      expect(denied.filter(({ method }) => !method.startsWith('tasks/'))).toEqual([]);
    }
  });

/** What the suite says of this server; scenarios that look at the clock may be tried three times. */
async function checksOf(command: Launch, era: Era): Promise<Check[]> {
  const bridge = await startBridge(command, era.opening);
  onTestFinished(bridge.close);
  let checks = await runSuite(bridge.url, era.revision);
  for (const scenario of [...TIMED, ...TIMED]) {
    const isOf = (check: Check) => check.scenario === scenario;
    const first = checks.findIndex(isOf);
    if (first === -1 || surprisesIn(checks.filter(isOf), era).length === 0) continue;
    const again = await runSuite(bridge.url, era.revision, scenario);
    checks = checks.filter(check => !isOf(check)).toSpliced(first, 0, ...again);
  }
  return checks;
}

const nameOf = ({ scenario, id }: Check) => `${scenario} ${id}`;
const outcome = (check: Check) => `${nameOf(check)} ${check.status}`;
const isOne = (checks: RegExp) => (check: Check) => checks.test(nameOf(check));

/** Questions about tasks that no call has made: a policy that stops any tool answers them itself. */
const isRefused = isOne(/sep-2663-tasks-(methods-non-declaring|get-invalid-task-id-32602)$/);

const failedIn = (checks: Check[]) =>
  checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');

/** What fails without being known to, with the suite's words. */
const surprisesIn = (checks: Check[], { known }: Era) =>
  failedIn(checks)
    .filter(check => !known.some(({ checks }) => isOne(checks)(check)))
    .map(check => `${outcome(check)}: ${check.errorMessage}`);

function scenariosPassed(checks: Check[]): string[] {
  const failed = new Set(failedIn(checks).map(({ scenario }) => scenario));
  const passed = checks.filter(({ status }) => status === 'SUCCESS');
  return [...new Set(passed.map(({ scenario }) => scenario))].filter(name => !failed.has(name));
}

const toolsSeen = (checks: Check[]) =>
  checks.find(({ id }) => id === 'tools-list')?.details?.tools as string[];
