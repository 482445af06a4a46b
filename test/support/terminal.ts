// A command of the built program as a person has it: at a pseudo terminal, which needs python3.
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { until } from './lines.ts';
import { endWithTest } from './processes.ts';
import { bin, cleanEnv, fixture } from './wrapper.ts';

export interface Terminal {
  /** What has been printed, and what was typed, as far as the terminal shows it. */
  output: () => string;
  type: (keys: string) => void;
  /** Waits until this many lines, at least one, are like that. */
  shows: (what: string | RegExp, times?: number) => Promise<void>;
  ended: Promise<number>;
}

export function atTerminal(home: string, ...args: string[]): Terminal {
  return runAtTerminal(home, [process.execPath, bin, ...args]);
}

/** The same, its output read by another program. */
export function readAtTerminal(home: string, ...args: string[]): Terminal {
  const command = '"$0" "$@" 2>&1 | cat; exit $PIPESTATUS';
  return runAtTerminal(home, ['bash', '-c', command, process.execPath, bin, ...args]);
}

/** Any command. */
export function runAtTerminal(home: string, command: readonly string[]): Terminal {
  const child = spawn('python3', [fixture('terminal.py'), ...command], {
    env: cleanEnv(home),
    stdio: 'pipe',
  });
  endWithTest(child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', text => {
    output += text;
  });
  child.stdin.on('error', () => {});
  const count = (what: string | RegExp) =>
    output
      .split('\n')
      .filter(line => (typeof what === 'string' ? line.includes(what) : what.test(line))).length;
  return {
    output: () => output,
    type: keys => void child.stdin.write(keys),
    shows: (what, times = 1) =>
      until(
        () => count(what) >= times,
        () => `${what} at the terminal\n${output}`,
      ),
    ended: new Promise(resolve => child.on('close', code => resolve(code ?? -1))),
  };
}

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** The same without a terminal, its input empty: as a program runs it. */
export async function withoutTerminal(home: string, ...args: string[]): Promise<Ended> {
  const running = promisify(execFile)(process.execPath, [bin, ...args], {
    env: cleanEnv(home),
    maxBuffer: 1 << 26,
  });
  running.child.stdin?.end();
  try {
    return { code: 0, ...(await running) };
  } catch (error) {
    const { code, stdout, stderr } = error as Ended;
    return { code, stdout, stderr };
  }
}
