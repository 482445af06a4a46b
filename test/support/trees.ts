// Process trees as the kernel has them: what a test kills, and whether all of it is gone.
import { readdirSync, readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { isAlive, until } from './lines.ts';

/** Every process below this one, parents first. They are gone when the test ends. */
export function processesBelow(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : undefined;
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const found: number[] = [];
  for (let level = [pid]; level.length > 0; ) {
    level = [...parents].filter(([, parent]) => level.includes(parent)).map(([child]) => child);
    found.push(...level);
  }
  onTestFinished(() => {
    for (const one of found.filter(isAlive)) process.kill(one, 'SIGKILL');
  });
  return found;
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

/** Waits for the end of all of them. */
export async function allGone(pids: readonly number[], patienceMs?: number): Promise<void> {
  const left = () => pids.filter(isAlive);
  await until(
    () => left().length === 0,
    () => `the end of ${left().map(commandOf).join('; ')}`,
    patienceMs,
  );
}

function commandOf(pid: number): string {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`;
  } catch {
    return String(pid);
  }
}
