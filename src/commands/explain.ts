// `policy-wrap explain`: the verdict on one call, and every step that leads to it.
import chalk from 'chalk';
import { grantOf } from '../config/options.ts';
import { folders, stateFile } from '../config/paths.ts';
import { loadPolicies } from '../config/policies.ts';
import { findPolicies } from '../config/policy-files.ts';
import { givenName } from '../config/server-name.ts';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { MAIN_LAYER } from '../policy/limits.ts';
import type { Mode } from '../proxy/context.ts';
import { explain as explained } from '../rehearsal/explanation.ts';
import { type Request, requestFor, type Target } from '../rehearsal/rehearsal.ts';
import { scanJson } from '../rpc/scan.ts';
import { peekingStore } from '../store/peek.ts';
import { escapeJson } from '../terminal/escape.ts';
import { renderExplanation } from '../terminal/explanation.ts';

export interface ExplainOptions {
  readonly tool?: string;
  readonly resource?: string;
  readonly prompt?: string;
  readonly args?: string;
  readonly policy?: readonly string[];
  readonly server?: string;
  readonly grant?: string;
  readonly mode: string;
  readonly state?: string;
  readonly json?: boolean;
}

export async function explain(options: ExplainOptions): Promise<number> {
  const { env } = process;
  const request = requestOf(options);
  // What the wrapper takes from the environment counts here too: it would decide by that.
  const set = (name: string) => env[`POLICY_WRAP_${name}`] || undefined;
  const given = options.policy ?? [set('POLICY') ?? []].flat();
  const named = options.server ?? set('SERVER');
  if (given.length === 0 && named === undefined)
    throw usage(
      'it is not said whose policy',
      'name the server with --server, or a policy with --policy',
    );
  const server = named === undefined ? '' : givenName(named);
  const grant = grantOf(options.grant ?? set('GRANT') ?? 'default');
  const { sources } = findPolicies(server, given, folders(env));
  const { policies } = await loadPolicies(sources);
  const store = peekingStore(stateFile(env, options.state), Date.now);
  const facts = { server, grant, mode: modeOf(options.mode), session: 'explain' };
  const explanation = explained(policies, facts, request, store, Date.now());
  void store.close();
  const layers = new Map(sources.map(({ layer, name }) => [layer ?? MAIN_LAYER, name]));
  process.stdout.write(
    options.json
      ? `${escapeJson(JSON.stringify(explanation))}\n`
      : `${renderExplanation(explanation, layers, chalk)}\n`,
  );
  return ExitCode.ok;
}

const TARGETS: readonly Target[] = ['tool', 'resource', 'prompt'];

function requestOf(options: ExplainOptions): Request {
  const given = TARGETS.flatMap(target => {
    const name = options[target];
    return name === undefined ? [] : [{ target, name }];
  });
  const [asked, second] = given;
  if (asked === undefined || second !== undefined)
    throw usage(
      'expected one of --tool, --resource and --prompt',
      'for instance --tool delete_file',
    );
  const { args } = options;
  if (args !== undefined && asked.target === 'resource')
    throw usage('--args: a resource takes no arguments', 'leave --args out');
  const bytes = Buffer.from(`${args ?? '{}'}\n`);
  const fault = scanJson(bytes, 0, bytes.length - 1);
  const example = `for instance --args '{"path": "/tmp/a"}'`;
  if (fault !== undefined) {
    const character = bytes.toString('utf8', 0, fault.at).length + 1;
    throw usage(`--args: ${fault.message}, at character ${character}`, example);
  }
  if (bytes[0] !== 0x7b) throw usage('--args: expected a JSON object', example);
  return requestFor(asked.target, asked.name, args?.replace(/[\r\n]+/g, ' '));
}

function modeOf(mode: string): Mode {
  if (mode === 'enforce' || mode === 'observe') return mode;
  throw usage(`--mode: \`${mode}\` is none of enforce, observe`, 'for instance --mode observe');
}

function usage(message: string, help: string): PolicyWrapError {
  return new PolicyWrapError('PW_USAGE', message, { help, exitCode: ExitCode.usage });
}
