// The loop: an input, every promise checked on it, the inputs kept that did something new.
import { chanceOf } from './chance.ts';
import { converse, type Features, type Scenario } from './conversation.ts';
import type { Coverage } from './coverage.ts';
import { Finding } from './finding.ts';
import { Inputs } from './inputs.ts';
import { type Loaded, loadRules } from './policies.ts';
import { checkText } from './texts.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** True where the run is to end. */
  readonly isOver: (executions: number) => boolean;
  /** Lines to begin from. */
  readonly seeds?: readonly Buffer[];
  /** Called before each input is tried. */
  readonly trying?: (scenario: Scenario) => void;
  /** Which code runs, as a further hint what to keep. */
  readonly coverage?: Coverage;
  readonly progress?: (executions: number, kept: number) => void;
}

export interface FuzzResult {
  readonly executions: number;
  readonly kept: number;
  readonly found?: { readonly scenario: Scenario; readonly finding: Finding };
}

/** More than this for one input is a hang; they take a millisecond. */
const TOO_SLOW_MS = 5000;
/** So many inputs are tried between two looks at the code that ran. */
const BATCH = 256;

/** Runs until it is over or one promise is broken; the input is as it was found. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const rules = await loadRules();
  const inputs = new Inputs(chanceOf(options.seed), options.seeds ?? [], rules.length);
  const known: Features = new Set();
  let executions = 0;
  let kept = 0;
  // Inputs of the batch that were kept already, and the others.
  let batch: [Scenario[], Scenario[]] = [[], []];
  const keep = (scenario: Scenario) => {
    kept++;
    inputs.keep(scenario);
  };
  while (!options.isOver(executions)) {
    const scenario = inputs.next();
    options.trying?.(scenario);
    const features: Features = new Set();
    const finding = tried(scenario, rules, features);
    executions++;
    if (finding !== undefined) return { executions, kept, found: { scenario, finding } };
    const isNew = [...features].some(feature => !known.has(feature));
    for (const feature of features) known.add(feature);
    if (isNew) keep(scenario);
    batch[isNew ? 0 : 1].push(scenario);
    if (executions % BATCH !== 0) continue;
    const { coverage } = options;
    const fresh = coverage?.fresh() ?? [];
    if (coverage !== undefined && fresh.length > 0) {
      for (const one of batch[0]) tried(one, rules);
      coverage.note(coverage.fresh());
      for (const one of reachingNew(batch[1], rules, coverage)) keep(one);
      coverage.note(fresh);
    }
    batch = [[], []];
    options.progress?.(executions, kept);
  }
  return { executions, kept };
}

/** Inputs of which at least one in sixteen runs new code, found by trying them once more. */
function reachingNew(
  batch: readonly Scenario[],
  rules: readonly Loaded[],
  coverage: Coverage,
): Scenario[] {
  const found: Scenario[] = [];
  for (let at = 0; at < batch.length; at += 16) {
    const group = batch.slice(at, at + 16);
    for (const scenario of group) tried(scenario, rules);
    const fresh = coverage.fresh();
    coverage.note(fresh);
    if (fresh.length > 0) found.push(...group);
  }
  return found;
}

/** Checks every promise on one input; returns the one that was broken. */
export function tried(
  scenario: Scenario,
  rules: readonly Loaded[],
  features: Features = new Set(),
): Finding | undefined {
  const began = performance.now();
  const { stackTraceLimit } = Error;
  // Most lines are refused by an exception; its stack would take longer than the rest.
  Error.stackTraceLimit = 1;
  try {
    for (const { bytes } of scenario.events)
      for (const line of bytes.toString('latin1').split('\n')) checkOnce(line);
    const chosen = rules[scenario.rules];
    if (chosen !== undefined) converse(scenario, chosen, features);
    if (performance.now() - began > TOO_SLOW_MS) return new Finding('no input takes long');
  } catch (error) {
    if (error instanceof Finding) return error;
    return new Finding('nothing throws', error instanceof Error ? error.stack : String(error));
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return undefined;
}

const checked = new Set<string>();

/** Changed inputs have most of their lines from the one before. */
function checkOnce(line: string): void {
  if (checked.has(line)) return;
  checkText(Buffer.from(line, 'latin1'));
  if (checked.size > 10_000) checked.clear();
  checked.add(line);
}
