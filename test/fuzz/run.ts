// One run of `npm run fuzz` in its worker, told to the thread that watches over it.
import { parentPort } from 'node:worker_threads';
import { wires } from '../wire/index.ts';
import type { Scenario } from './conversation.ts';
import type { Coverage } from './coverage.ts';
import { fuzz, tried } from './fuzz.ts';
import { minimised } from './minimise.ts';
import { loadRules } from './policies.ts';
import { reportOf } from './report.ts';

export interface Work {
  readonly seed: number;
  readonly seconds: number;
  /** How many inputs have been begun, and the length of the one in work. */
  readonly shared: Int32Array;
  /** The one in work: if it never ends, the other thread can still tell which it was. */
  readonly bytes: Uint8Array;
}

export async function run(
  { seed, seconds, shared, bytes }: Work,
  coverage: Coverage,
): Promise<void> {
  const until = performance.now() + seconds * 1000;
  const tell = (message: object) => parentPort?.postMessage(message);
  const trying = ({ events }: Scenario) => {
    let length = 0;
    for (const event of events) {
      bytes.set(event.bytes, length);
      length += event.bytes.length;
    }
    shared[1] = length;
    Atomics.add(shared, 0, 1);
  };
  const { executions, kept, found } = await fuzz({
    seed,
    seeds: wires.map(({ line }) => Buffer.from(line)).filter(({ length }) => length < 1000),
    isOver: () => performance.now() > until,
    trying,
    coverage,
    progress: (tries, known) => tell({ executions: tries, kept: known, blocks: coverage.blocks }),
  });
  if (found === undefined) return tell({ executions, kept, ended: true });
  const rules = await loadRules();
  const { promise } = found.finding;
  const small = minimised(found.scenario, one => {
    trying(one);
    return tried(one, rules)?.promise === promise;
  });
  const finding = tried(small, rules) ?? found.finding;
  tell({ executions, kept, ended: true, report: reportOf(small, finding) });
}
