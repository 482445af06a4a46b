// Waiting for a database that another process holds: short own steps instead of SQLite's, which
// sleep for up to 100 ms at a time.
import { PolicyWrapError } from '../errors.ts';
import { isBusy } from './driver.ts';

const cell = new Int32Array(new SharedArrayBuffer(4));
const FIRST_STEP_MS = 0.05;
const LAST_STEP_MS = 1;

/** Runs `attempt` until it is not busy, for at most `patienceMs`; then throws `PW_STATE_BUSY`. */
export function whileBusy<T>(patienceMs: number, file: string, attempt: () => T): T {
  const deadline = performance.now() + patienceMs;
  for (let step = FIRST_STEP_MS; ; step = Math.min(step * 1.5, LAST_STEP_MS)) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() > deadline)
        throw new PolicyWrapError(
          'PW_STATE_BUSY',
          `the state file ${file} was busy for more than ${patienceMs} ms`,
          { help: 'another program holds it open: end that program', cause: error },
        );
      Atomics.wait(cell, 0, 0, step);
    }
  }
}
