// Policies that change while the wrapper runs: put in force, or kept out and told of.
import type { LoadedPolicies } from '../config/policies.ts';
import type { FoundLayer } from '../config/policy-files.ts';
import { type Changed, isFromFile, PolicyWatch } from '../config/policy-watch.ts';
import { messageOf } from '../errors.ts';
import { MAIN_LAYER } from '../policy/limits.ts';
import type { PolicySource } from '../policy/load.ts';
import type { Action } from '../proxy/action.ts';
import type { RulesNews } from '../proxy/judge.ts';
import type { Session } from '../proxy/session.ts';
import type { Say } from '../terminal/stderr.ts';

/** Two looks are so far apart at least: one costs about 10 µs. */
const APART_MS = 1;

const GONE = 'the file is gone; to do without it, start policy-wrap anew';

export interface Reloading {
  readonly layers: readonly FoundLayer[];
  readonly session: Pick<Session, 'adopt' | 'kept'>;
  /** Loads policies and whatever they need; throws where they cannot be used. */
  readonly load: (sources: readonly PolicySource[]) => Promise<LoadedPolicies>;
  readonly say: Say;
}

/** A function that looks for changes, and where there are some puts them in force: the pump's `renew`. */
export function reloading({ layers, session, load, say }: Reloading) {
  const now = () => performance.now();
  const watch = new PolicyWatch(layers, now);
  const inForce = layers.map(({ source }) => source);
  /** Files that cannot be used, or are gone. */
  const kept = new Set<number>();
  let last = now();

  const news = (index: number, effect: 'allow' | 'deny', name: string, reason: string | null) => ({
    ...{ effect, layer: layers[index]?.place.layer ?? MAIN_LAYER, name, reason },
  });
  const keep = (index: number, name: string, why: string): RulesNews => {
    kept.add(index);
    say('error', `policy not reloaded, its old rules stay in force: ${name}`);
    const [first = '', ...more] = why.split('\n');
    for (const problem of [first, ...more]) say('error', problem);
    const count = more.length === 0 ? '' : ` (and ${more.length} more)`;
    return news(index, 'deny', name, `the old rules stay in force: ${first}${count}`);
  };

  /** Takes on all of these sources or none. */
  const take = async (wanted: ReadonlyMap<number, PolicySource>): Promise<Action[]> => {
    const next = inForce.map((source, index) => wanted.get(index) ?? source);
    const { policies, hash } = await load(next.flatMap(source => source ?? []));
    const rows = [...wanted].map(([index, { name }]) => {
      const old = inForce[index]?.name;
      const instead = old === undefined ? 'a further layer' : `instead of ${old}`;
      return news(index, 'allow', name, old === name ? null : instead);
    });
    const actions = session.adopt({ policies, policyHash: hash }, rows);
    for (const [index, source] of wanted) {
      inForce[index] = source;
      kept.delete(index);
    }
    const told = rows.map(({ name, reason }) => (reason === null ? name : `${name}, ${reason}`));
    say('info', `policy reloaded: ${told.join(' + ')}`);
    return actions;
  };

  // One bad file must not keep the others out, least of all the administrator's.
  const takeEach = async (wanted: ReadonlyMap<number, PolicySource>): Promise<Action[]> => {
    try {
      return await take(wanted);
    } catch (error) {
      const [index, source] = [...wanted][0] ?? [];
      if (index === undefined || source === undefined) throw error;
      if (wanted.size === 1) return session.kept([keep(index, source.name, messageOf(error))]);
      const actions: Action[] = [];
      for (const one of wanted) actions.push(...(await takeEach(new Map([one]))));
      return actions;
    }
  };

  const renewed = async (changed: readonly Changed[]): Promise<Action[]> => {
    const wanted = new Map<number, PolicySource>();
    const rows: RulesNews[] = [];
    for (const { index, reading } of changed) {
      const { place } = layers[index] ?? {};
      const old = inForce[index];
      const file = place !== undefined && isFromFile(place, old) ? old.name : undefined;
      const name = file ?? place?.of ?? '';
      if (reading.kind === 'problem') rows.push(keep(index, name, reading.message));
      // Without its file a layer would say less, or a preset something else: nobody decided that.
      else if (reading.kind === 'nothing' && file !== undefined) rows.push(keep(index, name, GONE));
      else if (reading.kind === 'source' && !isSame(old, reading.source))
        wanted.set(index, reading.source);
      else if (kept.delete(index)) say('info', `policy as it was again: ${name}`);
    }
    const actions = rows.length === 0 ? [] : session.kept(rows);
    return wanted.size === 0 ? actions : [...actions, ...(await takeEach(wanted))];
  };

  const renew = async (): Promise<readonly Action[]> => {
    try {
      return await renewed((await watch.settled()) ?? []);
    } catch (error) {
      return failed(error);
    }
  };
  const failed = (error: unknown): [] => {
    say('error', `the policy was not looked at: ${messageOf(error)}`);
    return [];
  };

  return (carefully: boolean): Promise<readonly Action[]> | undefined => {
    if (!carefully && now() - last < APART_MS) return undefined;
    try {
      if (watch.look(carefully)) return renew().finally(() => (last = now()));
    } catch (error) {
      failed(error);
    }
    last = now();
    return undefined;
  };
}

function isSame(old: PolicySource | undefined, { name, text }: PolicySource): boolean {
  return old?.name === name && old.text === text;
}
