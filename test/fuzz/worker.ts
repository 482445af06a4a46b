// The worker behind `npm run fuzz`: coverage first, because it must be there before the code it watches.
import { workerData } from 'node:worker_threads';
import { coverageOf } from './coverage.ts';
import type { Work } from './run.ts';

const coverage = coverageOf(new URL('.', import.meta.url).href);
const { run } = await import('./run.ts');
await run(workerData as Work, coverage);
