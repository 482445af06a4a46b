// `build.mjs [go] [rust]`: builds these readers outside the checkout and prints the path of each.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const home = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'policy-wrap-ci',
  'readers',
);
mkdirSync(home, { recursive: true });

const builds = {
  go() {
    const program = join(home, 'reader-go');
    // It needs no C compiler.
    run('go', ['build', '-o', program, 'reader.go'], { CGO_ENABLED: '0' });
    return program;
  },
  rust() {
    // Cargo writes beside the sources.
    const copy = join(home, 'rust');
    cpSync(join(import.meta.dirname, 'reader-rs'), copy, { recursive: true });
    run('cargo', ['build', '-q', '--release'], {}, copy);
    return join(copy, 'target', 'release', 'reader');
  },
};

function run(command, args, env, cwd = import.meta.dirname) {
  execFileSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(builds)) console.log(builds[name]());
