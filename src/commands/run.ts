// `policy-wrap [options] -- command args…`: the main job, up to the start of the server.
import { isRunOption, parseRunOptions, withoutSettings } from '../config/options.ts';
import { folders } from '../config/paths.ts';
import { findPolicies } from '../config/policy-files.ts';
import { serverName } from '../config/server-name.ts';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { ENDINGS, startUpstream } from '../proxy/upstream.ts';

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
  const server = parsed.server ?? serverName(command, args);
  const found = findPolicies(server, parsed.policies, folders(env));
  // A signal that comes before all is ready must not end us and leave the server: it is handled after.
  const wait = () => {};
  for (const signal of ENDINGS) process.on(signal, wait);
  // Started before what it does not need is loaded. A server that is itself wrapped must not inherit
  // these settings.
  const child = startUpstream(command, args, withoutSettings(env));
  const { serve } = await import('./serve.ts');
  return serve(child, { ...parsed, server, found }).finally(() => {
    for (const signal of ENDINGS) process.off(signal, wait);
  });
}
