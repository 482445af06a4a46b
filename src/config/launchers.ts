// Programs that start other programs, and where on their command line the other one is named.

/** How a launcher names what it runs. */
export type Target =
  /** A package of npm's: the version goes. */
  | 'npm'
  /** A package of Python's: version and extras go. */
  | 'python'
  | 'module'
  /** A container image: tag and digest go. */
  | 'image'
  /** The path of a script. */
  | 'script'
  /** Another command line. */
  | 'command';

export interface Launcher {
  /** The command's base name, in lower case. */
  readonly names: RegExp;
  /** Words that must come first, such as `tool run`; options may stand before and between them. */
  readonly words?: readonly string[];
  /** Options whose value names what runs. */
  readonly naming?: readonly string[];
  /** Options whose value is the next argument. */
  readonly valued?: ReadonlySet<string>;
  /** Where given, every other option has a value: the options of some launchers are too many to list. */
  readonly flags?: ReadonlySet<string>;
  readonly target: Target;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const NPM = words(
  '-c --call -w --workspace --prefix --registry --cache --userconfig --globalconfig --node-options',
);
const UV = words(`
  --with --with-editable --with-requirements -p --python --index --default-index -i --index-url
  --extra-index-url -f --find-links --directory --project --cache-dir --config-file -c --constraints
  --env-file --exclude-newer -P --upgrade-package --refresh-package --reinstall-package --overrides
  --resolution --prerelease --link-mode --index-strategy --keyring-provider --color -C
  --config-setting -b --build-constraints --group --extra --package --allow-insecure-host --torch-backend
`);
const DOCKER_FLAGS = words(`
  -d --detach -i --interactive -t --tty --rm --init --privileged --read-only --no-healthcheck
  --oom-kill-disable -P --publish-all --sig-proxy --disable-content-trust -q --quiet --help
  -D --debug --tls --tlsverify
`);
const NODE = words(`
  -r --require --import --loader --experimental-loader -C --conditions --env-file --env-file-if-exists
  --title --icu-data-dir --openssl-config --redirect-warnings --stack-trace-limit
`);

export const LAUNCHERS: readonly Launcher[] = [
  { names: /^npx$/, naming: ['-p', '--package'], valued: NPM, target: 'npm' },
  { names: /^npm$/, words: ['exec'], naming: ['-p', '--package'], valued: NPM, target: 'npm' },
  { names: /^npm$/, words: ['x'], naming: ['-p', '--package'], valued: NPM, target: 'npm' },
  { names: /^bunx$/, naming: ['-p', '--package'], target: 'npm' },
  { names: /^bun$/, words: ['x'], naming: ['-p', '--package'], target: 'npm' },
  { names: /^bun$/, words: ['run'], target: 'script' },
  { names: /^pnpm$/, words: ['dlx'], naming: ['--package'], valued: NPM, target: 'npm' },
  { names: /^pnpx$/, naming: ['--package'], valued: NPM, target: 'npm' },
  { names: /^yarn$/, words: ['dlx'], naming: ['-p', '--package'], target: 'npm' },
  { names: /^uvx$/, naming: ['--from'], valued: UV, target: 'python' },
  { names: /^uv$/, words: ['tool', 'run'], naming: ['--from'], valued: UV, target: 'python' },
  { names: /^uv$/, words: ['run'], naming: ['-m', '--module'], valued: UV, target: 'command' },
  {
    names: /^pipx$/,
    words: ['run'],
    naming: ['--spec'],
    valued: words('--python --pip-args --index-url -i'),
    target: 'python',
  },
  {
    names: /^(python[0-9.]*|pypy[0-9.]*|py)$/,
    naming: ['-m'],
    valued: words('-W -X'),
    target: 'module',
  },
  { names: /^(mcp|fastmcp)$/, words: ['run'], valued: UV, target: 'script' },
  { names: /^(docker|podman|nerdctl)$/, words: ['run'], flags: DOCKER_FLAGS, target: 'image' },
  {
    names: /^(docker|podman|nerdctl)$/,
    words: ['container', 'run'],
    flags: DOCKER_FLAGS,
    target: 'image',
  },
  { names: /^(node|nodejs|tsx|ts-node)$/, valued: NODE, target: 'script' },
  { names: /^bun$/, target: 'script' },
  { names: /^deno$/, words: ['run'], valued: words('-c --config --import-map'), target: 'script' },
  { names: /^java$/, naming: ['-jar'], valued: words('-cp -classpath'), target: 'script' },
  { names: /^cmd$/, words: ['/c'], target: 'command' },
  { names: /^(env|time|nice)$/, target: 'command' },
];
