// Commands on Windows, tested anywhere: which file is found, and that cmd.exe hands on each argument.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PolicyWrapError } from '../../src/errors.ts';
import { commandFile, startOf, treeKill } from '../../src/proxy/windows.ts';

const node = 'C:\\Program Files\\nodejs';
const user = 'C:\\Users\\me\\.local\\bin';
const cwd = 'C:\\work\\cloned-repository';

/** A machine with these files, whose names have no case. */
function machine(files: readonly string[], env: NodeJS.ProcessEnv = { Path: `${node};${user}` }) {
  const known = new Set(files.map(file => file.toLowerCase()));
  return { cwd, env, isFile: (path: string) => known.has(path.toLowerCase()) };
}

describe('which file a command means', () => {
  const installed = [
    `${node}\\node.exe`,
    `${node}\\npx`,
    `${node}\\npx.cmd`,
    `${user}\\uvx.exe`,
    `${user}\\both.exe`,
    `${user}\\both.cmd`,
    `${node}\\late.cmd`,
    `${user}\\late.exe`,
    `${user}\\script.js`,
    `${user}\\dotted.name.exe`,
    `${cwd}\\npx.cmd`,
    `${cwd}\\node.exe`,
    `${cwd}\\only-here.exe`,
    `${cwd}\\sub\\tool.bat`,
    `${cwd}\\server.js`,
    'D:\\tools\\x.exe',
  ];
  test.each<[command: string, file: string | undefined]>([
    ['node', `${node}\\node.exe`],
    ['NODE', `${node}\\NODE.exe`],
    ['node.exe', `${node}\\node.exe`],
    // The shell script of that name, for other shells, is passed over.
    ['npx', `${node}\\npx.cmd`],
    ['npx.cmd', `${node}\\npx.cmd`],
    ['uvx', `${user}\\uvx.exe`],
    ['both', `${user}\\both.exe`],
    // The folder comes before the extension.
    ['late', `${node}\\late.cmd`],
    ['dotted.name', `${user}\\dotted.name.exe`],
    // Never from the working directory by accident…
    ['only-here', undefined],
    ['only-here.exe', undefined],
    ['server.js', undefined],
    ['script.js', undefined],
    ['', undefined],
    ['.', undefined],
    ['..', undefined],
    // …but where the command says so.
    ['.\\only-here', `${cwd}\\only-here.exe`],
    ['./only-here.exe', `${cwd}\\only-here.exe`],
    ['sub/tool', `${cwd}\\sub\\tool.bat`],
    ['sub\\tool.bat', `${cwd}\\sub\\tool.bat`],
    ['.\\server.js', `${cwd}\\server.js`],
    ['D:\\tools\\x', 'D:\\tools\\x.exe'],
    ['d:/tools/x.exe', 'd:\\tools\\x.exe'],
    ['C:only-here', `${cwd}\\only-here.exe`],
    ['.\\npx', `${cwd}\\npx.cmd`],
    [`${node}\\npx`, `${node}\\npx.cmd`],
    ['.\\nothing', undefined],
  ])('%j → %j', (command, file) => {
    expect(commandFile(command, machine(installed))).toBe(file);
  });

  test.each<[path: string, found: boolean]>([
    ['', false],
    [';;', false],
    ['.', false],
    ['.\\bin;bin', false],
    ['\\bin', false],
    ['C:bin', false],
    ['%SystemRoot%', false],
    ['C:\\bin', true],
    ['c:/bin', true],
    ['.;C:\\bin;', true],
    ['"C:\\bin"', true],
    ['"C:\\b;in"', false],
    [' C:\\bin ', true],
    ['C:\\bin\\', true],
    ['\\\\server\\share;C:\\bin', true],
  ])('on the PATH %j: %j', (Path, found) => {
    const files = ['C:\\bin\\x.exe', `${cwd}\\x.exe`, `${cwd}\\bin\\x.exe`, '\\bin\\x.exe'];
    const file = commandFile('x', machine(files, { Path }));
    expect(file?.toLowerCase()).toBe(found ? 'c:\\bin\\x.exe' : undefined);
  });

  test('a quoted entry may hold a semicolon', () => {
    const around = machine(['C:\\a;b\\x.exe'], { PATH: 'C:\\c;"C:\\a;b";D:\\d' });
    expect(commandFile('x', around)).toBe('C:\\a;b\\x.exe');
  });

  test.each<[env: NodeJS.ProcessEnv, file: string | undefined]>([
    [{ PATH: 'C:\\bin' }, 'C:\\bin\\x.exe'],
    [{ path: 'C:\\bin' }, 'C:\\bin\\x.exe'],
    [{ Path: 'C:\\bin', pathext: '.CMD;.EXE' }, 'C:\\bin\\x.cmd'],
    [{ Path: 'C:\\bin', PATHEXT: '.CMD' }, 'C:\\bin\\x.cmd'],
    [{ Path: 'C:\\bin', PATHEXT: '' }, 'C:\\bin\\x.exe'],
    // Extensions that only Explorer can open are no programs.
    [{ Path: 'C:\\bin', PATHEXT: '.JS;.VBS' }, 'C:\\bin\\x.exe'],
    [{}, undefined],
  ])('with %j', (env, file) => {
    const files = ['C:\\bin\\x.exe', 'C:\\bin\\x.cmd', 'C:\\bin\\x.js'];
    expect(commandFile('x', machine(files, env))).toBe(file);
  });
});

describe('how it is started', () => {
  const env = { Path: node, SystemRoot: 'C:\\WINDOWS', API_KEY: 'kept' };
  const around = machine(
    [`${node}\\node.exe`, `${node}\\npx.cmd`, `${node}\\old.bat`, `${cwd}\\server.js`],
    env,
  );

  test('a program as it is, in the user’s own environment', () => {
    const args = ['a b', '"', '%PATH%', 'line\nbreak'];
    const start = startOf('node', args, around);
    expect(start).toEqual({ file: `${node}\\node.exe`, args, env, verbatim: false });
    expect(start?.env).toBe(env);
  });

  test.each(['npx', 'old'])('a batch file by the cmd.exe of the system: %s', command => {
    const start = startOf(command, ['-y', 'a b'], around);
    const file = `${node}\\${command === 'npx' ? 'npx.cmd' : 'old.bat'}`;
    expect(start).toEqual({
      file: 'C:\\WINDOWS\\System32\\cmd.exe',
      args: ['/d', '/e:on', '/v:off', '/s', '/c', `""${file}" "-y" "a b""`],
      // What the batch file calls by a bare name is not looked for in the working directory either.
      env: { ...env, NoDefaultCurrentDirectoryInExePath: '1' },
      verbatim: true,
    });
  });

  test.each(['NoDefaultCurrentDirectoryInExePath', 'NODEFAULTCURRENTDIRECTORYINEXEPATH'])(
    'a user who has set %s keeps it',
    name => {
      const own = { ...env, [name]: '0' };
      expect(startOf('npx', [], { ...around, env: own })?.env).toEqual(own);
    },
  );

  test.each<[NodeJS.ProcessEnv, string]>([
    [{ SYSTEMROOT: 'D:\\Win' }, 'D:\\Win'],
    [{}, 'C:\\Windows'],
    [{ SystemRoot: '' }, 'C:\\Windows'],
    [{ SystemRoot: '.' }, 'C:\\Windows'],
    [{ ComSpec: '.\\cmd.exe' }, 'C:\\Windows'],
  ])('the programs of the system with %j: in %s', (root, folder) => {
    const start = startOf('npx', [], { ...around, env: { Path: node, ...root } });
    expect(start?.file).toBe(`${folder}\\System32\\cmd.exe`);
    expect(treeKill(42, root)).toEqual({
      file: `${folder}\\System32\\taskkill.exe`,
      args: ['/pid', '42', '/t', '/f'],
    });
  });

  test.each<[name: string, command: string, args: string[], message: RegExp]>([
    ['LF', 'npx', ['a\nb'], /line break/],
    ['CR', 'npx', ['a\rb'], /line break/],
    ['NUL', 'npx', ['a\0b'], /line break/],
    ['too long', 'npx', ['x'.repeat(8191)], /8191/],
    ['a script', '.\\server.js', [], /cannot start `\.\\server\.js`: Windows cannot run/],
  ])('refused with what to do: %s', (_, command, args, message) => {
    const attempt = () => startOf(command, args, around);
    expect(attempt).toThrow(PolicyWrapError);
    expect(attempt).toThrow(message);
    try {
      attempt();
    } catch (error) {
      expect(error).toMatchObject({ code: 'PW_SPAWN', exitCode: 126 });
      expect((error as PolicyWrapError).help).toMatch(/\w/);
    }
  });

  test('nothing where there is no such file', () => {
    expect(startOf('uvx', [], around)).toBeUndefined();
  });
});

describe('what cmd.exe makes of the line', () => {
  const around = machine([`${node}\\npx.cmd`], { Path: node });
  /** The arguments as the program behind a batch file with `program %*` gets them. */
  const arrived = (args: readonly string[]) => {
    const line = startOf('npx', args, around)?.args.at(-1) ?? '';
    // `/s` takes off the outermost quotes and nothing else.
    const [batchFile, ...rest] = pieces(expanded(line.slice(1, -1)));
    expect(batchFile).toBe(`"${node}\\npx.cmd"`);
    return argumentsOf(pieces(`program ${rest.join(' ')}`).join(' ')).slice(1);
  };

  test.each([
    ['plain', '-y'],
    ['empty', ''],
    ['spaces', ' a  b '],
    ['a quote', 'say "hi"'],
    ['a quote and a command', '" & calc & "'],
    ['a quote after a backslash', '\\" & calc & \\"'],
    ['a variable', '%PATH%'],
    ['a delayed variable', '!PATH!'],
    ['a modified variable', '%cd:~0,1%'],
    ['percent signs', '100%% %'],
    ['carets', '^^ ^& ^"'],
    ['all that means something', '&|<>()@^=;,!%"\'`~[]{}$#*?'],
    ['a path', 'C:\\a b\\'],
    ['backslashes before a quote', 'a\\\\"b'],
    ['JSON', '{"a":"b \\" c","d":[1,2]}'],
    ['not ASCII', 'ü € 😀'],
  ])('%s', (_, arg) => {
    expect(arrived([arg])).toEqual([arg]);
    expect(arrived(['first', arg, 'last'])).toEqual(['first', arg, 'last']);
  });

  test('every argument arrives as it was given, and nothing else is run', () => {
    const nasty = fc.constantFrom(...'"%^&|<>() \\!ab=;,:~');
    const argument = fc.oneof(fc.string({ unit: nasty, maxLength: 30 }), fc.string());
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 5 }), args => {
        fc.pre(args.every(arg => !/[\0\r\n]/.test(arg)));
        expect(arrived(args)).toEqual(args);
      }),
      { numRuns: 2000 },
    );
  });
});

/**
 * The first thing that cmd.exe does with a line of /c: `%name%` and `%name:~from,length%` become
 * what they stand for. Here every variable holds a command, but `cd`, which holds a folder.
 */
function expanded(line: string): string {
  let out = '';
  for (let at = 0; at < line.length; at++) {
    const end = line[at] === '%' ? line.indexOf('%', at + 1) : -1;
    const name = end < 0 ? '' : line.slice(at + 1, end);
    if (name === '') out += line[at];
    else {
      out += name === 'cd:~,' ? '' : '" & calc & "';
      at = end;
    }
  }
  return out;
}

/** The second: where it is cut. Throws where something outside quotes would be more than text. */
function pieces(line: string): string[] {
  const found = [''];
  let quoting = false;
  for (const c of line) {
    if (c === '"') quoting = !quoting;
    else if (!quoting && '&|<>()^'.includes(c)) throw new Error(`${c} outside quotes: ${line}`);
    if (!quoting && /[\s=;,]/.test(c)) found.push('');
    else found[found.length - 1] += c;
  }
  if (quoting) throw new Error(`an open quote: ${line}`);
  return found;
}

/** How a program made with Microsoft's C library, as node.exe is, reads its command line. */
function argumentsOf(line: string): string[] {
  const found: string[] = [];
  let current: string | undefined;
  let quoting = false;
  for (let at = 0; at < line.length; at++) {
    const backslashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0;
    const isBeforeQuote = line[at + backslashes] === '"';
    if (backslashes > 0) {
      current = (current ?? '') + '\\'.repeat(isBeforeQuote ? backslashes >> 1 : backslashes);
      at += backslashes;
      if (isBeforeQuote && backslashes % 2 === 1) {
        current += '"';
        continue;
      }
    }
    const c = line[at];
    if (c === undefined) break;
    if (c === '"' && quoting && line[at + 1] === '"') {
      current = `${current ?? ''}"`;
      at++;
    } else if (c === '"') {
      quoting = !quoting;
      current ??= '';
    } else if (!quoting && (c === ' ' || c === '\t')) {
      if (current !== undefined) found.push(current);
      current = undefined;
    } else current = (current ?? '') + c;
  }
  if (current !== undefined) found.push(current);
  return found;
}
