// What `install` and `uninstall` share: which files are meant, the question, and the writing.
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import chalk from 'chalk';
import { type Document, readDocuments } from '../clients/documents.ts';
import type { Planned } from '../clients/edit/plan.ts';
import { Records } from '../clients/edit/records.ts';
import { holds, replaceFile, whyNotReplaceable } from '../clients/edit/replace.ts';
import type { Problem } from '../clients/entry.ts';
import type { Surroundings } from '../clients/paths.ts';
import { type Place, projectFolders } from '../clients/places.ts';
import type { Server } from '../clients/servers.ts';
import { bytesOf } from '../clients/source.ts';
import { CLIENTS, type Client } from '../clients/table.ts';
import { folders } from '../config/paths.ts';
import { whyUnreadable } from '../config/unreadable.ts';
import { ExitCode, messageOf, PolicyWrapError } from '../errors.ts';
import { nearest } from '../policy/messages/nearest.ts';
import { escapeText } from '../terminal/escape.ts';
import { renderPlanned, renderProblem } from '../terminal/planned.ts';
import { askYes, terminal } from '../terminal/terminal.ts';

export interface FileOptions {
  readonly project?: boolean;
  readonly dryRun?: boolean;
}

export interface Chosen {
  readonly documents: readonly { document: Document; servers: readonly Server[] }[];
  readonly problems: readonly Problem[];
  /** Names that no file has. */
  readonly missing: readonly string[];
}

export function surroundings(): Surroundings {
  const { platform, env } = process;
  return { platform, env, home: homedir(), cwd: process.cwd() };
}

export function records(): Records {
  return new Records(folders(process.env).state);
}

/** Undefined: all. Throws `PW_USAGE`. */
export function clientOf(id: string | undefined): Client | undefined {
  if (id === undefined) return undefined;
  const known = CLIENTS.map(client => client.id);
  const client = CLIENTS.find(candidate => candidate.id === id.toLowerCase());
  if (client !== undefined) return client;
  const near = nearest(id, known);
  throw new PolicyWrapError('PW_USAGE', `unknown client \`${id}\``, {
    help: near === undefined ? `known are ${known.join(', ')}` : `did you mean \`${near}\`?`,
    exitCode: ExitCode.usage,
  });
}

/** Files of the user, or of the project we are in; never the administrator's, nor those of extensions. */
export function choose(
  client: Client | undefined,
  names: readonly string[],
  { project = false }: FileOptions,
  around = surroundings(),
): Chosen {
  const here = projectFolders(around.cwd, around.home);
  const isWanted = (place: Place) =>
    project ? place.project !== undefined && here.includes(place.project) : place.scope === 'user';
  const { documents, problems } = readDocuments(around, isWanted);
  const ofClient = documents.filter(
    ({ readers }) => client === undefined || readers.includes(client),
  );
  // Whoever wrote the repository made the link: what it leads to is not theirs to have changed.
  const led = project ? ofClient.filter(({ file }) => !isWithin(file, here)) : [];
  const chosen = ofClient
    .filter(document => !led.includes(document))
    .map(document => ({
      document,
      servers: document.servers.filter(({ name }) => names.length === 0 || names.includes(name)),
    }));
  const found = new Set(chosen.flatMap(({ servers }) => servers.map(({ name }) => name)));
  return {
    documents: chosen.filter(({ servers }) => servers.length > 0),
    problems: [
      ...problems.filter(
        problem =>
          client === undefined || [problem.client, ...(problem.readers ?? [])].includes(client.id),
      ),
      ...led.map(({ file, path, owner }) => ({
        client: owner.id,
        file: path,
        message: `it is a link out of the project, to ${file}`,
      })),
    ],
    missing: names.filter(name => !found.has(name)),
  };
}

function isWithin(file: string, folders: readonly string[]): boolean {
  return folders.some(folder => file.startsWith(join(realpathSync(folder), '/')));
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Where a question follows, what it is about must be seen by whoever answers. */
export function printer(asks: boolean): (text: string) => void {
  return text => void (asks ? terminal() : process.stdout).write(`${text}\n`);
}

export function printPlans(
  plans: readonly Planned[],
  { problems, missing }: Chosen,
  already: string,
  say: (text: string) => void,
): void {
  const { columns } = terminal();
  for (const plan of plans)
    for (const line of renderPlanned(plan, { columns, chalk, already })) say(line);
  for (const problem of problems) say(renderProblem(problem));
  for (const name of missing) say(escapeText(`${name}: there is no such server there`));
}

/** True where something that was asked for by name, or a whole file, had to be left alone. */
export function isRefused(
  plans: readonly Planned[],
  { problems, missing }: Chosen,
  names: readonly string[],
): boolean {
  const left = plans.flatMap(plan => plan.left);
  return (
    problems.length > 0 ||
    missing.length > 0 ||
    left.some(({ name, why }) => why !== undefined && names.includes(name))
  );
}

/** How many servers; the clients whose files those are are named before the question. */
export function askFor(verb: string, plans: readonly Planned[]): Promise<boolean> {
  const servers = plans.reduce((sum, { changed }) => sum + changed.length, 0);
  const files = plans.length === 1 ? 'this file' : `these ${plans.length} files`;
  return askYes(`${verb} ${count(servers)} in ${files}?`);
}

export function count(servers: number): string {
  return servers === 1 ? '1 server' : `${servers} servers`;
}

/** True where it was done. `past` says what, as in `wrapped`. */
export function writePlan(planned: Planned, past: string, kept: Records): boolean {
  const { document, text, changes, changed } = planned;
  const { file, source, owner } = document;
  const after = bytesOf(text, source.bom);
  const not = (why: string) => print(escapeText(`${file}: not changed: ${why}`));
  const obstacle = whyNotReplaceable(file, source.bytes);
  if (obstacle !== undefined) {
    not(obstacle);
    return false;
  }
  const known = kept.of(file);
  let copy: string | undefined;
  try {
    copy = kept.keep(file, source.bytes, new Date());
    // Before the file: without it some entries cannot become what they were.
    kept.note(file, new Map([...known, ...changes]));
  } catch (error) {
    if (copy !== undefined) kept.drop(copy);
    not(`no copy of it can be kept: ${whyUnreadable(error)}`);
    return false;
  }
  const lock = owner.lock === true;
  const failure = replaceFile({ file, before: source.bytes, after, lock });
  const isWritten = failure === undefined || failure.written;
  try {
    if (!isWritten) kept.drop(copy);
    if (failure === undefined) kept.note(file, changes);
    // Where it is another text by now, the record may be of whoever wrote that.
    else if (!isWritten && holds(file, source.bytes)) kept.note(file, known);
    if (failure === undefined && changes.size === 0) kept.forget(file, after);
  } catch (error) {
    print(escapeText(`note: the record of it cannot be kept up: ${messageOf(error)}`));
  }
  if (failure === undefined) print(escapeText(`${past} ${count(changed.length)} in ${file}`));
  else if (isWritten) print(escapeText(`${file}: ${failure.why}`));
  else not(failure.why);
  if (isWritten && (failure !== undefined || changes.size > 0))
    print(escapeText(`  as it was: ${copy}`));
  return failure === undefined;
}
