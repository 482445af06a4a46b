// Policies that change while the wrapper runs: put in force, or kept out and told of.
import type { LoadedPolicies } from '../config/policies.ts';
import type { FoundLayer } from '../config/policy-files.ts';
import { type Changed, isFromFile, PolicyWatch } from '../config/policy-watch.ts';
import { messageOf } from '../errors.ts';
import { MAIN_LAYER } from '../policy/limits.ts';
import type { PolicySource } from '../policy/load.ts';
import type { Action } from '../proxy/action.ts';
import type { RulesNews } from '../proxy/rows.ts';
import type { Session } from '../proxy/session.ts';
import type { Say } from '../terminal/stderr.ts';

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
  const watch = new PolicyWatch(layers, () => performance.now());
  const inForce = layers.map(({ source }) => source);
  /** Layers whose rules are older than their files: what those say, where it can be read. */
  const behind = new Map<number, PolicySource | undefined>();

  const news = (index: number, effect: 'allow' | 'deny', name: string, reason: string | null) => ({
    ...{ effect, layer: layers[index]?.place.layer ?? MAIN_LAYER, name, reason },
  });
  const keep = (index: number, name: string, why: string): RulesNews => {
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
      behind.delete(index);
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
      if (wanted.size === 1) {
        // Tried again because another file has changed: nothing new to say.
        if (behind.get(index) === source) return [];
        behind.set(index, source);
        return session.kept([keep(index, source.name, messageOf(error))]);
      }
      const actions: Action[] = [];
      for (const one of wanted) actions.push(...(await takeEach(new Map([one]))));
      return actions;
    }
  };

  const renewed = async (changed: readonly Changed[]): Promise<Action[]> => {
    const rows: RulesNews[] = [];
    const saved = new Map<number, PolicySource>();
    for (const { index, reading } of changed) {
      const { place } = layers[index] ?? {};
      const old = inForce[index];
      const file = place !== undefined && isFromFile(place, old) ? old.name : undefined;
      const name = file ?? place?.of ?? '';
      const isGone = reading.kind === 'nothing' && file !== undefined;
      const wasBehind = behind.delete(index);
      if (reading.kind === 'problem' || isGone) {
        // Without its file a layer would say less, or a preset something else: nobody decided that.
        rows.push(keep(index, name, reading.kind === 'problem' ? reading.message : GONE));
        behind.set(index, undefined);
      } else if (reading.kind === 'source' && !isSame(old, reading.source))
        saved.set(index, reading.source);
      else if (wasBehind) say('info', `policy as it was again: ${name}`);
    }
    // What could not be used before may fit to what another file says now.
    const wanted = new Map(
      [...behind, ...saved].flatMap(([index, source]) =>
        source ? [[index, source] as const] : [],
      ),
    );
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
    try {
      return watch.look(carefully) ? renew() : undefined;
    } catch (error) {
      failed(error);
      return undefined;
    }
  };
}

function isSame(old: PolicySource | undefined, { name, text }: PolicySource): boolean {
  return old?.name === name && old.text === text;
}
