// What people are told of policies that cannot be used: each text in broken/ with every message it gets.
// `vitest run test/policy/broken.test.ts -u` writes the messages anew: review them as someone who reads
// them at 2 a.m.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPolicy } from '../../src/policy/load.ts';

const FOLDER = join(import.meta.dirname, 'broken');
const FILES = readdirSync(FOLDER).filter(name => name.endsWith('.md'));

interface Case {
  readonly title: string;
  readonly format: 'json' | 'yaml';
  readonly text: string;
}

/** `## title`, and below it one block of JSON or YAML; what follows are the messages. */
function casesIn(page: string): Case[] {
  return [...page.matchAll(/^## (.+)\n\n```(json|yaml)\n([\s\S]*?)```/gm)].map(
    ([, title = '', format, text = '']) => ({ title, format: format as Case['format'], text }),
  );
}

async function render({ title, format, text }: Case): Promise<string> {
  const loaded = await loadPolicy({ name: 'p', text, format });
  const problems = 'problems' in loaded ? loaded.problems : [];
  const messages = problems.map(problem => `- ${problem.replace(/^p:/, '')}`).join('\n');
  return `## ${title}\n\n\`\`\`${format}\n${text}\`\`\`\n\n${messages}\n`;
}

describe.each(FILES)('%s', name => {
  const file = join(FOLDER, name);
  const page = readFileSync(file, 'utf8');
  const cases = casesIn(page);

  test('has what it says', async () => {
    const [head = ''] = page.split(/^## /m);
    const rendered = await Promise.all(cases.map(render));
    await expect(head + rendered.join('\n')).toMatchFileSnapshot(file);
  });

  test.each(cases)('$title: every message fits on a line and has a place', async found => {
    const [, ...lines] = (await render(found)).split('```\n');
    const messages = (lines.at(-1) ?? '').trim().split('\n');
    for (const message of messages) {
      expect(message).toMatch(/^- \d+:\d+: (?:`.+?`: )?[^A-Z]/);
      expect(message).not.toMatch(/\.$|undefined|\[object|invalid input/i);
      expect(message.length).toBeLessThan(400);
    }
  });
});

test('a text nested deeper than anything that a person writes is told so', async () => {
  const text = `a: ${'['.repeat(5000)}${']'.repeat(5000)}`;
  const loaded = await loadPolicy({ name: 'p', text, format: 'yaml' });
  expect(loaded).toEqual({
    problems: [expect.stringMatching(/^p:1:\d+: nested too deeply to be read$/)],
  });
});

test('there are many of them', () => {
  const all = FILES.flatMap(name => casesIn(readFileSync(join(FOLDER, name), 'utf8')));
  expect(all.length).toBeGreaterThanOrEqual(60);
  expect(new Set(all.map(({ format }) => format))).toEqual(new Set(['json', 'yaml']));
});
