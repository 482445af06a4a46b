// Whether what clients are told to start can be started: the wrapper is there, its options are right, and
// (where that is asked for) the server behind it lists its tools.
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Discovered } from '../clients/discover.ts';
import type { ServerEntry } from '../clients/entry.ts';
import { startsUs } from '../clients/wrapper.ts';
import { parseRunOptions } from '../config/options.ts';
import { folders } from '../config/paths.ts';
import { loadPolicies } from '../config/policies.ts';
import { findPolicies } from '../config/policy-files.ts';
import { serverName } from '../config/server-name.ts';
import { messageOf, PolicyWrapError } from '../errors.ts';
import { type Finding, failed, note, ok, shellWord } from './finding.ts';

export type List = (
  entry: ServerEntry,
) => Promise<{ ok: true; count: number } | { ok: false; why: string }>;

/** `list` starts a server; undefined where none is to be started. */
export async function checkClients(
  { clients, entries, problems }: Discovered,
  list: List | undefined,
): Promise<Finding[]> {
  const findings: Finding[] = problems.map(({ file, line, column, message }) => {
    const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
    return failed(
      `${place}: ${message}`,
      `mend the file, which is left alone until then: ${shellWord(file)}`,
    );
  });
  if (clients.length === 0) findings.push(note('clients: none is found on this machine'));
  for (const entry of entries) findings.push(...(await checkEntry(entry, list)));
  return findings;
}

async function checkEntry(entry: ServerEntry, list: List | undefined): Promise<Finding[]> {
  const { client, name, wrapped, transport, disabled, obstacle } = entry;
  const about = `${client}: ${name}`;
  const install = installing(entry);
  if (disabled) return [note(`${about} is switched off`)];
  if (wrapped === undefined) {
    if (transport === 'stdio' && startsUs([entry.command ?? '', ...entry.args]))
      return [
        failed(
          `${about} is started by policy-wrap, but nobody can tell what is behind it`,
          `mend its line in ${entry.file}: policy-wrap [options] -- command [args…]`,
        ),
      ];
    if (transport === 'stdio')
      return [note(`${about} is not wrapped`, obstacle === undefined ? install : obstacle)];
    return [note(`${about} is not started on this machine: no policy of yours is before it`)];
  }
  const problem = await problemOf(entry);
  if (problem !== undefined) return [failed(`${about}: ${problem.what}`, problem.mend ?? install)];
  if (list === undefined) return [ok(`${about} is wrapped; not started, --start does`)];
  const listed = await list(entry);
  if (listed.ok) return [ok(`${about} is wrapped, starts, and lists ${listed.count} tools`)];
  // Not the command: its arguments may hold a secret.
  return [
    failed(
      `${about} does not list its tools: ${listed.why}`,
      `start the command of ${name} in ${shellWord(entry.file)} by itself, and see what it says`,
    ),
  ];
}

function installing({ client, name, scope, project }: ServerEntry): string {
  // One that looks like an option, or cannot be typed, is meant with all of its client's.
  const server = /^-|\p{Cc}/u.test(name) ? '' : ` ${shellWord(name)}`;
  const command = `policy-wrap install ${shellWord(client)}${server}`;
  if (scope !== 'project') return command;
  return `${project === undefined ? '' : `cd ${shellWord(project)} && `}${command} --project`;
}

// What would stop the wrapper before it starts the server.
async function problemOf(
  entry: ServerEntry,
): Promise<{ what: string; mend?: string | undefined } | undefined> {
  const { command = '', args, env, wrapped } = entry;
  if (wrapped === undefined) return undefined;
  const [first = ''] = args;
  const lost = [command, ...(first.endsWith('policy-wrap.cjs') ? [first] : [])].find(
    path => isAbsolute(path) && !existsSync(path),
  );
  if (lost !== undefined) return { what: `it is wrapped by ${lost}, which is gone` };
  const around = { ...process.env, ...env };
  const derived = serverName(wrapped.command, wrapped.args);
  let check = `policy-wrap check --server ${shellWord(derived)}`;
  try {
    const options = wrapped.options[0] === 'run' ? wrapped.options.slice(1) : wrapped.options;
    const { server = derived, policies } = parseRunOptions(options, around);
    check = ['policy-wrap check --server', ...[server, ...policies].map(shellWord)].join(' ');
    const { sources } = findPolicies(server, policies, folders(around));
    await loadPolicies(sources);
    return undefined;
  } catch (error) {
    const isUsage = error instanceof PolicyWrapError && error.code === 'PW_USAGE';
    const [what = ''] = messageOf(error).split('\n');
    return { what, mend: isUsage ? `mend the options before \`--\` in ${entry.file}` : check };
  }
}
