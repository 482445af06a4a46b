// Python's fastmcp client, where calls need a person: in both eras, with forms and without.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { answer, requestsIn } from '../support/approvals.ts';
import { testWith } from '../support/needs.ts';
import { fixture, launch, logRows, root } from '../support/wrapper.ts';

const uvTest = testWith('uv');

const demo = [process.execPath, join(root, 'examples/demo-server/server.mjs')];
const policy = {
  version: '1',
  default: 'allow',
  tools: { stream_group_create: { action: 'require_approval', reason: 'streams are precious' } },
};
const REFUSED = '[POLICY DENIED] stream_group_create is not allowed: a person refused it';

interface Seen {
  protocolVersion: string;
  results: string[];
  groups: string[];
  questions: { message: string; schema: unknown }[];
}

/** One session of the client; `answers` is null where it shows no forms. */
async function session(
  mode: string,
  answers: string[] | null,
  signal: AbortSignal,
  setup = launch(demo, { policy }),
): Promise<Seen> {
  const python = ['run', '--no-project', '--with', 'fastmcp>=4.1,<5', 'python'];
  const script = [fixture('fastmcp_approvals.py'), mode, JSON.stringify(answers)];
  const { command, args, env } = setup;
  const { stdout } = await promisify(execFile)('uv', [...python, ...script, command, ...args], {
    env,
    signal,
  });
  return JSON.parse(stdout) as Seen;
}

for (const [mode, version] of [
  ['legacy', '2025-11-25'],
  ['auto', '2026-07-28'],
] as const) {
  uvTest(`fastmcp, ${mode}: a yes lets one call through, a no none`, async ({ signal }) => {
    const setup = launch(demo, { policy });
    const answers = ['approve once', 'deny', 'cancel', 'decline', 'approve once'];
    const seen = await session(mode, answers, signal, setup);
    expect(seen.protocolVersion).toBe(version);
    expect(seen.results).toEqual([
      '{"created":"g0"}',
      REFUSED,
      `${REFUSED}: the question was closed without an answer`,
      REFUSED,
      '{"created":"g4"}',
    ]);
    expect(seen.groups).toEqual(['g0', 'g4']);
    expect(seen.questions).toHaveLength(answers.length);
    for (const [n, { message, schema }] of seen.questions.entries()) {
      expect(message).toContain('stream_group_create on demo-server (write)');
      expect(message).toContain('why it is asked: streams are precious');
      expect(message).toContain(`group_name: "g${n}"`);
      expect(schema).toMatchObject({
        properties: { decision: { enum: ['deny', 'approve once'] } },
        required: ['decision'],
      });
    }
    const rows = (await logRows(setup.home)).filter(({ key }) => key === 'stream_group_create');
    expect(rows.filter(({ forwarded }) => forwarded)).toHaveLength(2);
  });

  uvTest(`fastmcp, ${mode}, without forms: the queue answers`, async ({ signal }) => {
    const setup = launch(demo, { policy });
    const running = session(mode, null, signal, setup);
    await answer(setup.home, true);
    expect(await running).toMatchObject({
      protocolVersion: version,
      results: ['{"created":"g0"}'],
      groups: ['g0'],
      questions: [],
    });
    expect(requestsIn(setup.home).map(({ by }) => by)).toEqual(['a terminal']);
  });
}
