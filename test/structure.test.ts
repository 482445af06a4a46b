// The shape of the code: what is pure stays pure, files stay small, and one place ends the process.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const FILES = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => `src/${name.split(sep).join('/')}`)
  .sort();
const TEXTS = new Map(FILES.map(file => [file, readFileSync(join(ROOT, file), 'utf8')]));
const textOf = (file: string) => TEXTS.get(file) ?? '';

/** Code without comments that stand on lines of their own. */
const codeOf = (file: string) =>
  textOf(file)
    .replace(/^\s*\/\*[\s\S]*?\*\//gm, '')
    .replace(/^\s*\/\/.*$/gm, '');

interface Import {
  /** A file of this repository, or the name of a package. */
  readonly target: string;
  /** True where it is gone after compilation. */
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const code = codeOf(file);
  const fixed = [
    ...code.matchAll(/^(?:import|export)\s([\w\s{},*$]*?)\sfrom '([^']+)'|^import '([^']+)'/gm),
  ].map(([, clause = '', from = '', effect]) => ({
    target: effect ?? from,
    typeOnly: effect === undefined && isTypeOnly(clause),
  }));
  const lazy = [...code.matchAll(/(typeof\s+)?\b(?:import|require)\(\s*['"]([^'"]+)['"]/g)].map(
    ([, type, target = '']) => ({ target, typeOnly: type !== undefined }),
  );
  return [...fixed, ...lazy].map(({ target, typeOnly }) => ({
    target: target.startsWith('.') ? posix.join(dirname(file), target) : target,
    typeOnly,
  }));
}

function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const names = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1]?.split(',') ?? [];
  const given = names.map(name => name.trim()).filter(name => name !== '');
  return given.length > 0 && given.every(name => name.startsWith('type '));
}

const isIn = (folder: string) => (file: string) => file.startsWith(`src/${folder}/`);
const PURE = FILES.filter(file => isIn('policy')(file) || isIn('rpc')(file));
const REHEARSAL = FILES.filter(isIn('rehearsal'));

test('there is something to look at', () => {
  expect(FILES.length).toBeGreaterThan(30);
  expect(PURE.length).toBeGreaterThan(12);
  const found = FILES.flatMap(importsOf);
  // Lazy, by name, for its types only.
  expect(found).toContainEqual({ target: 'yaml', typeOnly: false });
  expect(found).toContainEqual({ target: 'src/rpc/message.ts', typeOnly: false });
  expect(found).toContainEqual({ target: 'src/policy/limits.ts', typeOnly: true });
});

describe('the pure parts', () => {
  const allowed: Record<string, (target: string) => boolean> = {
    rpc: isIn('rpc'),
    policy: target =>
      isIn('policy')(target) ||
      isIn('rpc')(target) ||
      target === 'zod/mini' ||
      target === 'yaml' ||
      target === 're2js' ||
      target.endsWith('.json'),
  };
  test.each(PURE)('%s imports nothing but its like', file => {
    const folder = file.split('/')[1] ?? '';
    const foreign = importsOf(file).filter(({ target }) => !allowed[folder]?.(target));
    expect(foreign).toEqual([]);
  });

  const IMPURE: [string, RegExp][] = [
    ['the process', /\bprocess\b/],
    ['a clock', /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\b|\bhrtime\b/],
    ['a timer', /\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/],
    ['the console', /\bconsole\b/],
    ['chance', /\bMath\.random\b|\bcrypto\b/],
    ['the net', /\bfetch\(|\bWebSocket\b/],
    ['whatever is global', /\bglobalThis\b|\bglobal\./],
  ];
  // The seed of the hash of keys, so that nobody can prepare keys that collide.
  const SEED = 'export const SEED = (Math.random() * 0x7fffffff) | 0;';
  test('one seed in rpc is left to chance', () => {
    expect(PURE.filter(file => textOf(file).includes(SEED)).map(dirname)).toEqual(['src/rpc']);
  });
  test.each([...PURE, ...REHEARSAL])('%s uses no clock, chance, process or console', file => {
    const code = codeOf(file).replace(SEED, '');
    const found = IMPURE.filter(([, pattern]) => pattern.test(code)).map(([name]) => name);
    expect(found).toEqual([]);
  });
});

describe('calls judged without a server', () => {
  test.each(REHEARSAL)('%s reads no file, starts nothing and keeps nothing', file => {
    const foreign = importsOf(file).filter(
      ({ target, typeOnly }) =>
        !typeOnly &&
        target !== 'zod/mini' &&
        target !== 'yaml' &&
        target !== 'src/store/memory.ts' &&
        target !== 'src/audit/redact.ts' &&
        !['rehearsal', 'policy', 'rpc', 'proxy'].some(folder => isIn(folder)(target)),
    );
    expect(foreign).toEqual([]);
  });

  test('nothing of it is loaded to wrap a server', () => {
    expect(REHEARSAL.length).toBeGreaterThan(5);
    const users = FILES.filter(file =>
      importsOf(file).some(({ target, typeOnly }) => !typeOnly && isIn('rehearsal')(target)),
    );
    expect(users.filter(file => !isIn('rehearsal')(file))).toEqual([
      'src/commands/explain.ts',
      'src/commands/simulate.ts',
      'src/commands/test.ts',
      'src/init/record.ts',
    ]);
  });
});

test('no cycles of imports, but for types', () => {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const { target, typeOnly } of importsOf(file))
      if (!typeOnly && TEXTS.has(target)) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of FILES) visit(file, []);
  expect(cycles).toEqual([]);
});

const isData = (target: string) => target.endsWith('.json') && existsSync(join(ROOT, target));

test('every relative import is a file of src/, or data', () => {
  const lost = FILES.flatMap(file =>
    importsOf(file)
      .filter(({ target }) => target.startsWith('src/') && !TEXTS.has(target) && !isData(target))
      .map(({ target }) => `${file}: ${target}`),
  );
  expect(lost).toEqual([]);
});

test('only cli.ts ends the process', () => {
  const ending = FILES.filter(file =>
    /\bprocess\s*\.\s*(?:exit|reallyExit|abort)\s*\(/.test(codeOf(file)),
  );
  expect(ending).toEqual(['src/cli.ts']);
});

test.each(FILES)('%s begins with a comment that says what it is', file => {
  expect(textOf(file)).toMatch(/^\/\/ \S.{15,}\n/);
});

test.each(FILES)('%s has at most 250 lines', file => {
  expect(textOf(file).trimEnd().split('\n').length).toBeLessThanOrEqual(250);
});
