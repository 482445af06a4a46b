// `policy-wrap install`: the servers in clients' configurations start behind policy-wrap from now on.
import { join, resolve } from 'node:path';
import { bridgeTo } from '../clients/bridges.ts';
import { isRemote, obstacleTo } from '../clients/discover.ts';
import type { Document } from '../clients/documents.ts';
import { type Planned, planWrapping } from '../clients/edit/plan.ts';
import { whyNotBridged } from '../clients/edit/remote.ts';
import { commandLists } from '../clients/lists.ts';
import { projectFolders } from '../clients/places.ts';
import type { Server } from '../clients/servers.ts';
import { loadPolicies } from '../config/policies.ts';
import { givenPolicies, PRESET } from '../config/policy-files.ts';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { escapeText } from '../terminal/escape.ts';
import {
  askFor,
  choose,
  clientOf,
  type FileOptions,
  isRefused,
  print,
  printer,
  printPlans,
  records,
  surroundings,
  writePlan,
} from './client-files.ts';
import { adviceBefore, elsewhereAdvice, restartAdvice } from './install-advice.ts';

declare const __VERSION__: string;

export interface InstallOptions extends FileOptions {
  readonly policy?: readonly string[];
  readonly mode?: string;
  readonly grant?: string;
  readonly yes?: boolean;
  readonly despiteLists?: boolean;
  readonly remote?: boolean;
}

export async function install(
  id: string | undefined,
  names: readonly string[],
  options: InstallOptions,
): Promise<number> {
  const client = clientOf(id);
  const ours = await wrapperOptions(options);
  const around = surroundings();
  const chosen = choose(client, names, options, around);
  const kept = records();
  const lists = commandLists(around, projectFolders(around.cwd, around.home));
  const all = chosen.documents.map(({ document, servers }) =>
    planWrapping(
      document,
      servers,
      {
        launcher: launcherFor(document),
        options: document.place.scope === 'project' ? ours.shared : ours.own,
        known: kept.of(document.file),
        bridge: ({ url }) => (url === undefined ? undefined : bridgeTo(url)),
      },
      server => obstacleFor(document, server, options) ?? listObstacle(document, lists, options),
    ),
  );
  const plans = all.filter(({ changed }) => changed.length > 0);
  const say = printer(options.yes !== true && options.dryRun !== true && process.stdin.isTTY);
  printPlans(all, chosen, 'wrapped already', say);
  const refused = isRefused(all, chosen, names) || (lists.length > 0 && isListed(all));
  const code = refused ? ExitCode.failed : ExitCode.ok;
  if (plans.length === 0) {
    print(refused ? 'nothing was changed' : nothingToDo(all));
    return code;
  }
  const advice = [...adviceBefore(plans, launcherFor), ...elsewhereAdvice(plans, around)];
  for (const line of advice) say(escapeText(line));
  if (options.dryRun === true) {
    print('nothing was changed: this was --dry-run');
    return code;
  }
  if (options.yes !== true && !process.stdin.isTTY)
    throw new PolicyWrapError('PW_TERMINAL', 'nobody can be asked: there is no terminal', {
      help: '--yes wraps without a question, --dry-run only shows what would change',
    });
  if (options.yes !== true && !(await askFor('wrap', plans))) {
    print('nothing was changed');
    return ExitCode.failed;
  }
  const done = plans.filter(plan => writePlan(plan, 'wrapped', kept));
  for (const line of restartAdvice(done)) print(escapeText(line));
  return done.length === plans.length ? code : ExitCode.failed;
}

/** Absolute, as clients with a window know no PATH; in files that others have too, by name and version. */
function launcherFor({ place }: Document): string[] {
  if (place.scope === 'project') return ['npx', '-y', `policy-wrap@${__VERSION__}`];
  return [process.execPath, join(__dirname, '..', 'bin', 'policy-wrap.cjs')];
}

/** Throws `PW_USAGE` and `PW_POLICY_…`: what is written must start. */
async function wrapperOptions({ policy = [], mode, grant }: InstallOptions) {
  if (mode !== undefined && mode !== 'enforce' && mode !== 'observe')
    throw new PolicyWrapError('PW_USAGE', `--mode: \`${mode}\` is none of enforce, observe`, {
      help: 'observe decides and records, and blocks nothing',
      exitCode: ExitCode.usage,
    });
  if (policy.length > 0) await loadPolicies(givenPolicies(policy));
  const others = [
    ...(mode === undefined ? [] : ['--mode', mode]),
    ...(grant === undefined ? [] : ['--grant', grant]),
  ];
  const named = (nameOf: (name: string) => string) => [
    ...policy.flatMap(name => ['--policy', name.startsWith(PRESET) ? name : nameOf(name)]),
    ...others,
  ];
  // A path of this machine means nothing to others, who have the same project.
  return { own: named(name => resolve(name)), shared: named(name => name) };
}

function obstacleFor(
  document: Document,
  server: Server,
  { remote }: InstallOptions,
): string | undefined {
  const obstacle = obstacleTo(document, server);
  if (!isRemote(server) || document.loose !== undefined) return obstacle;
  if (remote !== true) return 'it is a remote server: --remote wraps a program that reaches it';
  if (bridgeTo(server.url ?? '') === undefined) return 'no program for its address is known';
  return whyNotBridged(server, document.owner);
}

const LISTED = 'goes by command lines, which a wrapped server no longer has';

function listObstacle(
  { readers }: Document,
  [list]: readonly string[],
  { despiteLists }: InstallOptions,
): string | undefined {
  if (list === undefined || despiteLists === true) return undefined;
  if (readers[0]?.id !== 'claude-code') return undefined;
  return `the list of servers in ${list} ${LISTED}: wrap it with --despite-lists`;
}

function isListed(plans: readonly Planned[]): boolean {
  return plans.some(({ left }) => left.some(({ why }) => why?.includes(LISTED)));
}

function nothingToDo(plans: readonly Planned[]): string {
  const wrapped = plans.flatMap(({ left }) => left.filter(({ why }) => why === undefined));
  if (wrapped.length > 0) return 'nothing to do: all that can be wrapped is wrapped already';
  return plans.length > 0
    ? 'nothing to do: there is no server that can be wrapped'
    : 'nothing to do: no server is configured there';
}
