// `npm run classify`: what it prints for a labelled file, and what it says of bad input.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const TOOLS = 'test/fixtures/classify/tools.json';

function classify(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/classify.mjs', ...args],
    { cwd: ROOT, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

test('how good the answers are', () => {
  const { status, stdout } = classify(TOOLS);
  expect(status).toBe(0);
  expect(stdout.split('\n').map(line => line.trimEnd())).toEqual([
    '5 tools, 3 of them labelled',
    'right, all:           66.7 % (2 of 3)',
    'right, with evidence: 100.0 % (2 of 2)',
    'dangerous as Read:    50.0 % (1 of 2)',
    '  notes get_note: Execute; verb "get"',
    '',
    'label \\ answer        Read       Write     Execute Destructive   Financial     Unknown',
    'Read                     1           0           0           0           0           0',
    'Execute                  1           0           0           0           0           0',
    'Destructive              0           0           0           1           0           0',
    '',
  ]);
});

test('every answer as JSON, and nothing else', () => {
  const { status, stdout } = classify(TOOLS, '--json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    rows: [
      { server: 'notes', tool: 'list_notes', category: 'Read', risk: 'low', why: 'verb "list"' },
      {
        ...{ server: 'notes', tool: 'delete_note', category: 'Destructive' },
        ...{ risk: 'critical', why: 'verb "delete"' },
      },
      { server: 'notes', tool: 'get_note', category: 'Read', risk: 'low', why: 'verb "get"' },
      {
        ...{ server: 'notes', tool: 'pay_note', category: 'Financial' },
        ...{ risk: 'critical', why: 'verb "pay"' },
      },
      {
        ...{ server: 'notes', tool: 'widget', category: 'Unknown' },
        ...{ risk: 'high', why: 'nothing says what it does' },
      },
    ],
  });
});

test('through npm the JSON is the part from the first line that begins with a brace', () => {
  const { status, stdout } = spawnSync('npm', ['run', 'classify', '--', TOOLS, '--json'], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  expect(status).toBe(0);
  const { rows } = JSON.parse(stdout.slice(stdout.search(/^\{/m))) as { rows: unknown[] };
  expect(rows).toHaveLength(5);
});

test.each([
  ['no file', undefined, 'expected one file, got 0'],
  ['no JSON', '{', 'cannot be read as JSON'],
  ['no list', '{}', 'holds no list of tools'],
  ['no name', '[{"tool": "a"}, {}]', 'row 2: expected "tool", a name'],
  ['no row', '[null]', 'row 1: expected "tool", a name'],
  ['another category', '[{"tool": "a", "category": "Bad"}]', 'row 1: unknown category `Bad`'],
])('%s: exit code 2, and why', (_, text, message) => {
  const folder = mkdtempSync(join(tmpdir(), 'policy-wrap-classify-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'tools.json');
  if (text !== undefined) writeFileSync(file, text);
  const { status, stdout, stderr } = classify(...(text === undefined ? [] : [file]));
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).toContain('help: npm run classify');
});
