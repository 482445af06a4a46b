// Whether this machine has what policy-wrap needs: a Node that it runs on, and an SQLite driver.
import { messageOf, PolicyWrapError } from '../errors.ts';
import { loadDriver } from '../store/driver.ts';
import { type Finding, failed, ok } from './finding.ts';

const GET_NODE = 'install Node 22.14 or later from https://nodejs.org';

/** By the versions in package.json. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const runs = (major === 20 && minor >= 19) || (major === 22 && minor >= 14) || major > 22;
  return runs
    ? ok(`Node ${version}`)
    : failed(
        `Node ${version} is none that policy-wrap runs on: 20.19 or later of 20, 22.14 or later`,
        GET_NODE,
      );
}

export function checkDriver(load: typeof loadDriver = loadDriver): Finding {
  try {
    return ok(`SQLite: ${load().name}`);
  } catch (error) {
    const help = error instanceof PolicyWrapError ? error.help : undefined;
    return failed(
      `${messageOf(error)}: calls with limits, approvals or a record are denied`,
      help ?? GET_NODE,
    );
  }
}
