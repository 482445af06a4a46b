// What a person should know of the clients whose files change.
import { type Document, readDocuments } from '../clients/documents.ts';
import type { Planned } from '../clients/edit/plan.ts';
import type { Surroundings } from '../clients/paths.ts';
import type { Place } from '../clients/places.ts';

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

/** Claude Code leaves out a plugin's server whose command is that of one of yours; a wrapped one's is not. */
export function pluginAdvice(plans: readonly Planned[], around: Surroundings): string[] {
  const ours = plans.filter(({ document }) => document.owner.id === 'claude-code');
  if (ours.length === 0) return [];
  const lines = new Set(
    ours.flatMap(({ document }) => document.servers.map(({ line }) => JSON.stringify(line))),
  );
  const isPlugin = ({ client, scope }: Place) => scope === 'bundle' && client.id === 'claude-code';
  return readDocuments(around, isPlugin).documents.flatMap(({ file, servers }) =>
    servers
      .filter(({ line }) => line !== undefined && lines.has(JSON.stringify(line)))
      .map(({ name }) => `note: Claude Code starts \`${name}\` of ${file} unwrapped from then on`),
  );
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
