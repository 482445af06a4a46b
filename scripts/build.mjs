// Bundles src/cli.ts into dist/cli.cjs, one CommonJS file, and gathers the licences of what is in it.
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const UNFINISHED = `dist/.cli.${process.pid}.cjs`;
const { metafile } = await build({
  entryPoints: ['src/cli.ts'],
  outfile: UNFINISHED,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  legalComments: 'none',
  metafile: true,
  // Native and optional: the driver is looked up at run time, see src/store/driver.ts.
  external: ['better-sqlite3'],
  define: { __VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
});

// In one step: a wrapper that starts meanwhile finds the old file or the new one.
renameSync(UNFINISHED, 'dist/cli.cjs');
writeFileSync('dist/LICENSES.txt', licences(metafile));
console.log(`dist/cli.cjs ${(statSync('dist/cli.cjs').size / 1024).toFixed(0)} KiB`);

/** The licence text of every package with code in the bundle; a package without one stops the build. */
function licences({ outputs }) {
  const inputs = Object.values(outputs).flatMap(output => Object.keys(output.inputs));
  const packages = new Set(
    inputs.flatMap(path => path.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1] ?? []),
  );
  return [...packages]
    .sort()
    .map(dir => {
      const { name, version, license } = JSON.parse(
        readFileSync(join(dir, 'package.json'), 'utf8'),
      );
      const file = readdirSync(dir).find(entry => /^licen[cs]e/i.test(entry));
      if (file === undefined || !existsSync(join(dir, file)))
        throw new Error(`${name} is bundled but has no licence file`);
      return `${name} ${version} (${license})\n\n${readFileSync(join(dir, file), 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}
