// Our own command line among those of servers, recognised by its exact shape.

export interface Unwrapped {
  /** What starts us: `node …/bin/policy-wrap.cjs`, `npx -y policy-wrap@1.2.3`. */
  readonly launcher: readonly string[];
  readonly options: readonly string[];
  /** The server's command and arguments; the first is there. */
  readonly inner: readonly string[];
}

const FLAG = '--hide-denied';

/** Undefined where it is no command line of ours, or one that wraps nothing. */
export function unwrapped(line: readonly string[]): Unwrapped | undefined {
  const separator = line.indexOf('--');
  const inner = line.slice(separator + 1);
  if (separator < 1 || inner.length === 0) return undefined;
  const before = line.slice(0, separator);
  const count = launcherLength(before);
  if (count === undefined) return undefined;
  const rest = before.slice(count);
  const options = rest[0] === 'run' ? rest.slice(1) : rest;
  return areOptions(options) ? { launcher: before.slice(0, count), options, inner } : undefined;
}

/** Whether it starts us at all, whatever comes behind. */
export function startsUs(line: readonly string[]): boolean {
  return launcherLength(line) !== undefined;
}

function launcherLength([command = '', ...args]: readonly string[]): number | undefined {
  const [name = ''] = /[^\\/]*$/.exec(command) ?? [];
  const base = name.toLowerCase().replace(/\.(exe|cmd|bat|ps1)$/, '');
  if (base === 'policy-wrap' || name === 'policy-wrap.cjs') return 1;
  // What runs us now is Node, whatever its name.
  if (/^node(js)?[-v.\d]*$/.test(base) || command === process.execPath)
    return /(^|[\\/])bin[\\/]policy-wrap\.cjs$/.test(args[0] ?? '') ? 2 : undefined;
  if (base === 'npx') {
    const at = args.findIndex(arg => !/^(-y|--yes|-q|--quiet)$/.test(arg));
    // A version or a tag: `@npm:other` and `@file:…` are other packages.
    return /^policy-wrap(@[\w.^~+-]+)?$/.test(args[at] ?? '') ? at + 2 : undefined;
  }
  if (base === 'cmd' && /^\/c$/i.test(args[0] ?? '')) {
    const behind = launcherLength(args.slice(1));
    return behind === undefined ? undefined : behind + 2;
  }
  return undefined;
}

// Names that this version does not know may be a newer one's.
function areOptions(options: readonly string[]): boolean {
  for (let i = 0; i < options.length; i++) {
    const option = options[i] ?? '';
    if (!/^--[a-z][a-z-]*(=|$)/.test(option)) return false;
    if (option === FLAG || option.includes('=')) continue;
    i++;
    if (i >= options.length) return false;
  }
  return true;
}
