// The scenarios by name, in the order of a whole run.
import { calls } from './calls.mjs';
import { memory } from './memory.mjs';
import { policySize } from './policy-size.mjs';
import { big, list } from './replies.mjs';
import { shared } from './shared.mjs';
import { start } from './start.mjs';
import { stateSize } from './state-size.mjs';

/**
 * A scenario: `variants` by name, `session(run)` measures one of them once and returns its figures,
 * with fewer calls where `run.short`; `figures` names their units, `rounds` changes how often,
 * `only` where, `prepare` runs once before.
 */
export const SCENARIOS = [start, ...calls, list, ...big, policySize, stateSize, memory, shared];
