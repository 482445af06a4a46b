// The same server configured more than once: what a policy before one of them does not hold.
import type { ServerEntry } from '../clients/entry.ts';

/** Another entry, as far as it must be told of. */
export interface Named {
  readonly client: string;
  readonly file: string;
  readonly name: string;
  readonly wrapped: boolean;
}

export interface Elsewhere {
  /** Entries that start the same command, or reach the same URL: one that is not wrapped is a way round. */
  readonly same: readonly Named[];
  /** Other servers that the same client knows by the same name, of which it uses one. */
  readonly rivals: readonly Named[];
}

/** What there is beside an entry, among all that were found. */
export function elsewhere(entry: ServerEntry, all: readonly ServerEntry[]): Elsewhere {
  const others = all.filter(other => other !== entry && !other.disabled);
  const reached = reachedBy(entry);
  const isSame = (other: ServerEntry) => reached !== undefined && reachedBy(other) === reached;
  return {
    same: others.filter(isSame).map(named),
    rivals: others
      .filter(other => !isSame(other) && other.name === entry.name && isSharedClient(entry, other))
      .map(named),
  };
}

function reachedBy({ wrapped, command, args, url }: ServerEntry): string | undefined {
  const line = wrapped ?? (command === undefined ? undefined : { command, args });
  if (line !== undefined) return JSON.stringify([line.command, ...line.args]);
  return url;
}

function isSharedClient(a: ServerEntry, b: ServerEntry): boolean {
  const readers = [a.client, ...a.readers];
  return [b.client, ...b.readers].some(id => readers.includes(id));
}

function named({ client, file, name, wrapped }: ServerEntry): Named {
  return { client, file, name, wrapped: wrapped !== undefined };
}

/** One line for each; `nameOf` says what a client is called. */
export function elsewhereTexts(
  { same, rivals }: Elsewhere,
  nameOf: (client: string) => string,
): string[] {
  const where = ({ client, file, name }: Named) => `${name} of ${nameOf(client)} in ${file}`;
  return [
    ...same.map(
      one => `the same server: ${where(one)}, ${one.wrapped ? 'wrapped' : 'not wrapped'}`,
    ),
    ...rivals.map(one => `another server of this name, one of the two is used: ${where(one)}`),
  ];
}
