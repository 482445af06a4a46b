// `policy-wrap init`: a policy for a server, from its own tools or from the record.
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { folders, stateFile } from '../config/paths.ts';
import { loadPolicies, MEANS } from '../config/policies.ts';
import { findPolicies, placeIn, readPlace } from '../config/policy-files.ts';
import { writePolicy } from '../config/write-policy.ts';
import { ExitCode, messageOf, PolicyWrapError } from '../errors.ts';
import { renderJson, renderYaml } from '../init/render.ts';
import { type Review, review } from '../init/review.ts';
import { fromRecord, fromServer, type Source } from '../init/sources.ts';
import { updatePolicy } from '../init/update.ts';
import { parseTimeout } from '../policy/approval-schema.ts';
import type { PolicySource } from '../policy/load.ts';
import { escapeText } from '../terminal/escape.ts';
import { renderAdded, renderLeft, renderSuggested } from '../terminal/init.ts';
import { askYes } from '../terminal/terminal.ts';

export interface InitOptions {
  readonly fromLog?: boolean;
  readonly server?: string;
  readonly out?: string;
  readonly update?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly timeout: string;
  readonly state?: string;
}

/** `command` starts the server. */
export async function init(command: readonly string[], options: InitOptions): Promise<number> {
  const source = await sourceOf(command, options);
  const found = review(source.server, source.tools);
  if (options.out === '-' && !options.update) {
    process.stdout.write(options.json ? renderJson(found) : renderYaml(found, source.origin));
    return ExitCode.ok;
  }
  const { file, existing } = targetOf(source.server, options);
  if (options.update) return update(file, existing, found, options);
  const isJson = extname(file) === '.json';
  const text = isJson ? renderJson(found) : renderYaml(found, source.origin);
  await tryOut(source.server, { name: file, text, format: isJson ? 'json' : 'yaml' });
  if (!options.yes) process.stdout.write(text);
  const isSure = await confirm(file, existing === undefined ? 'write' : 'replace', options);
  if (!isSure) return ExitCode.failed;
  write(file, text, existing !== undefined);
  for (const line of renderSuggested(found)) say(line);
  say(`wrote ${file}${existing === undefined ? '' : `; what was there is in ${file}.bak`}`);
  return ExitCode.ok;
}

async function sourceOf(command: readonly string[], options: InitOptions): Promise<Source> {
  if (command.length > 0 === (options.fromLog === true))
    throw usage(
      command.length > 0
        ? '--from-log takes the tools from the record, and a command is given too'
        : 'it is not said where the tools are to be taken from',
      'policy-wrap init -- <command> [args…], or policy-wrap init --from-log --server NAME',
    );
  if (options.fromLog) return fromRecord(stateFile(process.env, options.state), options.server);
  const timeout = parseTimeout(options.timeout);
  if (timeout === undefined)
    throw usage(`--timeout: \`${options.timeout}\` is no duration`, 'for instance --timeout 60s');
  return fromServer(command, options.server, timeout.ms);
}

/** The file that is named, or that of the server; a second one for it would stop its wrapper. */
function targetOf(
  server: string,
  { out, json }: InitOptions,
): { file: string; existing?: PolicySource } {
  const folder = join(folders(process.env).config, 'policies');
  const place = {
    ...placeIn(folder, server, undefined),
    ...(out !== undefined && { files: [out] }),
  };
  const existing = readPlace(place);
  if (existing === undefined)
    return { file: out ?? join(folder, `${server}.${json ? 'json' : 'yaml'}`) };
  if (json && out === undefined && extname(existing.name) !== '.json')
    throw usage(
      `the policy of ${server} is ${existing.name}: one of JSON beside it would be a second`,
      'leave --json out, or remove that file',
    );
  return { file: existing.name, existing };
}

async function update(
  file: string,
  existing: PolicySource | undefined,
  found: Review,
  options: InitOptions,
): Promise<number> {
  if (existing === undefined)
    throw new PolicyWrapError('PW_INIT', `there is no policy to update at ${file}`, {
      help: 'leave --update out to have one written',
    });
  const updated = await updatePolicy(existing, found, MEANS);
  if ('problems' in updated)
    throw new PolicyWrapError('PW_INIT', updated.problems.join('\n'), {
      help: 'nothing was changed; --out - without --update prints what would be suggested anew',
      exitCode: ExitCode.policy,
    });
  const { text, additions } = updated;
  for (const line of renderLeft(additions)) say(line);
  if (text === existing.text) {
    say(`nothing is new: ${file} is as it was`);
    return ExitCode.ok;
  }
  await tryOut(found.server, { ...existing, text });
  for (const line of renderAdded(additions)) process.stdout.write(`${line}\n`);
  if (!(await confirm(file, 'add these to', options))) return ExitCode.failed;
  const before = readFileSync(file, 'utf8');
  const mark = before.startsWith('\ufeff') ? '\ufeff' : '';
  if (before !== mark + existing.text)
    throw new PolicyWrapError('PW_INIT', `${file} has changed meanwhile`, {
      help: 'nothing was written; run it again',
    });
  write(file, mark + text, false);
  say(`added ${additions.entries.length} to ${file}`);
  return ExitCode.ok;
}

// As a wrapper of the server would have it, beside everybody's layer and the administrator's.
async function tryOut(server: string, source: PolicySource): Promise<void> {
  const { layers } = findPolicies(server, ['preset:recommended'], folders(process.env));
  await loadPolicies([source, ...layers.slice(1).flatMap(layer => layer.source ?? [])]);
}

// What is replaced may have been stricter: that is for a person to say, at a terminal.
async function confirm(file: string, what: string, { yes }: InitOptions): Promise<boolean> {
  const isPerson = process.stdin.isTTY === true;
  if (yes && (what !== 'replace' || isPerson)) return true;
  if (!isPerson)
    throw new PolicyWrapError(
      'PW_TERMINAL',
      `nothing is written to ${file}: there is no terminal to say yes at`,
      {
        help:
          what === 'replace'
            ? 'there is a policy already: a person replaces it, in a terminal of their own'
            : '--yes writes it, --out - only prints it',
      },
    );
  if (await askYes(`${what} ${escapeText(file)}?`)) return true;
  process.stdout.write('nothing is written\n');
  return false;
}

function write(file: string, text: string, backup: boolean): void {
  try {
    writePolicy(file, text, { backup });
  } catch (error) {
    throw new PolicyWrapError('PW_INIT', `cannot write ${file}: ${messageOf(error)}`, {
      help: 'mend the rights of its folder, or name another file with --out',
      cause: error,
    });
  }
}

function usage(message: string, help: string): PolicyWrapError {
  return new PolicyWrapError('PW_USAGE', message, { help, exitCode: ExitCode.usage });
}

function say(text: string): void {
  process.stderr.write(`policy-wrap: ${escapeText(text)}\n`);
}
