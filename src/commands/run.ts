// `policy-wrap [options] -- command args…`: the main job.
import { randomBytes } from 'node:crypto';
import { isRunOption, parseRunOptions, withoutSettings } from '../config/options.ts';
import { folders, stateFile } from '../config/paths.ts';
import { policiesFor } from '../config/policy-files.ts';
import { serverName } from '../config/server-name.ts';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { runPump } from '../proxy/pump.ts';
import { Session } from '../proxy/session.ts';
import { sqliteStore } from '../store/sqlite.ts';
import { sayer } from '../terminal/stderr.ts';

/** Wraps a server until it ends; returns the exit code. */
export async function run(
  options: readonly string[],
  upstream: readonly string[],
): Promise<number> {
  const { env } = process;
  const [command, ...args] = upstream;
  if (command === undefined || command === '')
    throw new PolicyWrapError('PW_USAGE', 'no command after `--`', {
      help: "put the server's command there: policy-wrap -- npx -y @modelcontextprotocol/server-memory",
      exitCode: ExitCode.usage,
    });
  if (isRunOption(command))
    throw new PolicyWrapError('PW_USAGE', `${command} stands where the server's command should`, {
      help: 'options of policy-wrap come before `--`',
      exitCode: ExitCode.usage,
    });
  const parsed = parseRunOptions(options, env);
  const say = sayer(parsed.logLevel);
  const server = parsed.server ?? serverName(command, args);
  const { policies, names, missing, hash } = await policiesFor(
    server,
    parsed.policies,
    folders(env),
  );
  const instead = missing === undefined ? '' : `, as there is no ${missing}`;
  const observing = parsed.mode === 'observe' ? ', only observing' : '';
  say('info', `${server}: ${names.join(' + ')}${instead}${observing}`);

  const now = () => Date.now();
  const store = sqliteStore(stateFile(env, parsed.state), { now, warn: text => say('warn', text) });
  const session = new Session({
    policies,
    mode: parsed.mode,
    session: randomBytes(8).toString('hex'),
    server,
    grant: parsed.grant,
    hideDenied: parsed.hideDenied,
    policyHash: hash,
    now,
  });
  // The driver is loaded while the server boots; the file is made by the first call.
  setImmediate(() => store.warm());
  return runPump({
    command,
    args,
    // A server that is itself wrapped must not inherit these settings.
    env: withoutSettings(env),
    session,
    store,
    maxMessage: parsed.maxMessage,
    stdin: process.stdin,
    stdout: process.stdout,
    say,
  });
}
