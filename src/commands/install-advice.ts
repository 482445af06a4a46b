// What a person should know of the clients whose files change.
import { type Document, readDocuments } from '../clients/documents.ts';
import type { Planned } from '../clients/edit/plan.ts';
import type { Surroundings } from '../clients/paths.ts';
import { unwrapped } from '../clients/wrapper.ts';

const MAX_NOTES = 10;

export function adviceBefore(
  plans: readonly Planned[],
  launcherFor: (document: Document) => readonly string[],
): string[] {
  const documents = plans.map(({ document }) => document);
  const owners = new Map(documents.map(({ owner }) => [owner.id, owner]));
  const writing = [...owners.values()].filter(({ rewrites }) => rewrites === true);
  const launchers = documents.map(document => launcherFor(document).join(' '));
  return [
    ...writing.map(({ name }) => `note: quit ${name} first: it writes this file itself`),
    ...(owners.has('windsurf')
      ? [
          "note: a team's list of servers in Windsurf goes by command lines: a wrapped server is not on it",
        ]
      : []),
    ...(documents.some(({ place }) => place.scope === 'project')
      ? [
          'note: others share a project file: it starts policy-wrap through npx, which prefers a copy in the project',
        ]
      : []),
    ...(launchers.some(launcher => /[\\/]_npx[\\/]/.test(launcher))
      ? [
          "note: this copy of policy-wrap lies in npx's cache, which may be emptied: npm install -g policy-wrap is safer",
        ]
      : []),
    ...(process.env.POLICY_WRAP_HOME
      ? ['note: POLICY_WRAP_HOME is set here; a client started without it uses the usual folders']
      : []),
  ];
}

/** What starts the same command from elsewhere, and goes on doing so without a policy. */
export function elsewhereAdvice(plans: readonly Planned[], around: Surroundings): string[] {
  const lines = new Set(
    plans.flatMap(({ document, changed }) =>
      document.servers
        .filter(({ name }) => changed.some(server => server.name === name))
        .flatMap(({ line }) => (line ? [keyOf(unwrapped(line)?.inner ?? line)] : [])),
    ),
  );
  const changedIn = new Map(
    plans.map(({ document, changed }) => [document.file, new Set(changed.map(({ name }) => name))]),
  );
  const notes = readDocuments(around).documents.flatMap(({ file, owner, place, servers }) =>
    servers
      .filter(({ name }) => !changedIn.get(file)?.has(name))
      .filter(({ line }) => line && unwrapped(line) === undefined && lines.has(keyOf(line)))
      .map(({ name }) =>
        place.scope === 'bundle' && owner.id === 'claude-code'
          ? // It leaves out a plugin's server whose command is that of one of yours; a wrapped one's is not.
            `note: Claude Code starts \`${name}\` of ${file} unwrapped from then on`
          : `note: \`${name}\` of ${file} (${owner.name}) starts the same command unwrapped`,
      ),
  );
  const more = notes.length - MAX_NOTES;
  return more > 0 ? [...notes.slice(0, MAX_NOTES), `note: ${more} more do so`] : notes;
}

function keyOf(line: readonly string[]): string {
  return JSON.stringify(line);
}

export function restartAdvice(done: readonly Planned[]): string[] {
  const names = [...new Set(done.map(({ document }) => document.owner.name))];
  if (names.length === 0) return [];
  const asks = names.filter(name => /^(VS ?Code|Cursor)/.test(name));
  return [
    `restart ${names.join(', ')}: what runs now runs as it did`,
    ...(asks.length === 0
      ? []
      : [`${asks.join(', ')} may ask again whether you trust the servers`]),
  ];
}
