// Where configuration and state live on this platform, or under POLICY_WRAP_HOME.
import { join } from 'node:path';
import envPaths from 'env-paths';
import { stateOf } from './options.ts';

export interface Folders {
  readonly config: string;
  readonly state: string;
  /** Where the machine's administrator keeps a policy: outside of what a user's settings move. */
  readonly machine: string;
}

export function folders(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Folders {
  const machine = machineFolder(platform);
  const home = env.POLICY_WRAP_HOME;
  if (home !== undefined && home !== '')
    return { config: join(home, 'config'), state: join(home, 'state'), machine };
  const { config, data, log } = envPaths('policy-wrap', { suffix: '' });
  // On Linux the library's log folder is XDG_STATE_HOME; elsewhere state is application data.
  return { config, state: platform === 'linux' ? log : data, machine };
}

function machineFolder(platform: NodeJS.Platform): string {
  if (platform === 'win32') return 'C:\\ProgramData\\policy-wrap';
  return platform === 'darwin' ? '/Library/Application Support/policy-wrap' : '/etc/policy-wrap';
}

/** The file that is given, or else the one that the environment names, or the usual one; throws `PW_USAGE`. */
export function stateFile(env: NodeJS.ProcessEnv, given: string | undefined): string {
  const named = given ?? (env.POLICY_WRAP_STATE || undefined);
  return named === undefined ? join(folders(env).state, 'state.db') : stateOf(named);
}
