// Bundles src/ into a few CommonJS files in dist/, makes the JSON Schema of policies, and gathers the
// licences of what is in them.
// docs/decisions/002-bundles.md says why it is cut where it is.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';

/** A file of dist/ each: the program, and what it reaches by `import()`, loaded when it is needed. */
const ENTRIES = [
  'src/cli.ts',
  'src/commands/serve.ts',
  'src/store/sqlite.ts',
  'src/policy/conditions/compile.ts',
  'src/policy/read-yaml.ts',
  'src/policy/problems.ts',
  'src/clients/discover.ts',
  'src/commands/program.ts',
  'src/commands/inventory.ts',
  'src/commands/init.ts',
  'src/commands/doctor.ts',
  'src/listing/list-tools.ts',
];
/** The same of libraries. */
const LIBRARIES = ['yaml', 're2js'];

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const fileOf = name => `${basename(name, '.ts')}.cjs`;
const options = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  // So that `import()` becomes `require`: no other module loader is started for it.
  supported: { 'dynamic-import': false },
  minifySyntax: true,
  minifyWhitespace: true,
  // Names stay: whoever is sent a stack trace must be able to read it.
  minifyIdentifiers: false,
  legalComments: 'none',
  metafile: true,
  alias: {
    // Of the SDK's client: it has a validator of results built in that nothing here asks.
    '@modelcontextprotocol/client/_shims': './src/listing/no-validator.ts',
    // What its package.json names first loads its parts by names that no bundler can follow.
    'jsonc-parser': 'jsonc-parser/lib/esm/main.js',
  },
  define: { __VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
};

/** Leaves out what is a file of its own. */
const cutting = {
  name: 'cutting',
  setup(build) {
    build.onResolve({ filter: /^/ }, ({ kind, path, resolveDir }) => {
      // Where a library that is a file of its own is needed at once, that file is loaded at once.
      const isOwn = LIBRARIES.includes(path) && !/[\\/]node_modules[\\/]/.test(resolveDir);
      if (kind !== 'dynamic-import' && !isOwn) return undefined;
      const known = LIBRARIES.includes(path) || ENTRIES.includes(sourceOf(resolveDir, path));
      return known ? { path: `./${fileOf(path)}`, external: true } : undefined;
    });
  },
};

const { owners, lent } = await assign();
/** Where each file lies until all are made, and which paths are in it. */
const files = new Map();
for (const entry of ENTRIES) {
  const exports = [...lent.get(entry)].map(path => `export * as '${path}' from './${path}';`);
  await bundle(
    fileOf(entry),
    [`export * from './${entry}';`, ...exports],
    [cutting, borrowing(entry)],
  );
}
for (const library of LIBRARIES) await bundle(fileOf(library), [`export * from '${library}';`]);

// In one step each: a wrapper that starts meanwhile finds the old file or the new one.
for (const [file, { unfinished }] of files) renameSync(unfinished, `dist/${file}`);
for (const name of readdirSync('dist'))
  if (name.endsWith('.cjs') && !name.startsWith('.') && !files.has(name)) rmSync(`dist/${name}`);
writeFileSync('dist/policy.schema.json', `${JSON.stringify(await policyJsonSchema(), null, 2)}\n`);
writeFileSync('dist/LICENSES.txt', licences([...files.values()].flatMap(({ inputs }) => inputs)));
for (const [file, { bytes }] of files)
  console.log(`dist/${file.padEnd(12)}${(bytes / 1024).toFixed(0).padStart(5)} KiB`);

/**
 * Which entry's file each module belongs to: that of the first that needs it. None is in two files, or
 * there would be two of its classes; what other files need of one is lent to them. Libraries are not
 * lent: all of one would have to be in the file that lends it, not only what is used there.
 */
async function assign() {
  const owners = new Map();
  const lent = new Map(ENTRIES.map(entry => [entry, new Set()]));
  for (const entry of ENTRIES) {
    const { metafile } = await build({
      ...options,
      entryPoints: [entry],
      write: false,
      plugins: [cutting],
    });
    const own = Object.keys(metafile.inputs).filter(path => !/(?:^|\/)node_modules\//.test(path));
    for (const path of own) if (!owners.has(path)) owners.set(path, entry);
    for (const [path, { imports }] of Object.entries(metafile.inputs)) {
      if (owners.get(path) !== entry) continue;
      for (const used of imports) {
        const owner = owners.get(used.path);
        if (owner !== undefined && owner !== entry) lent.get(owner).add(used.path);
      }
    }
  }
  return { owners, lent };
}

async function bundle(file, lines, plugins = []) {
  const unfinished = `dist/.${process.pid}.${file}`;
  const { metafile } = await build({
    ...options,
    stdin: { contents: lines.join('\n'), resolveDir: '.', sourcefile: file },
    outfile: unfinished,
    plugins,
  });
  const [{ bytes, inputs }] = Object.values(metafile.outputs);
  files.set(file, { unfinished, bytes, inputs: Object.keys(inputs) });
}

/** What editors check policies by; what makes it is in no file of dist/. */
async function policyJsonSchema() {
  const { outputFiles } = await build({
    ...options,
    format: 'esm',
    entryPoints: ['src/policy/json-schema.ts'],
    write: false,
    plugins: [cutting],
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  return (await import(`data:text/javascript;base64,${code}`)).policyJsonSchema();
}

/** Takes the modules of other files from there. */
function borrowing(entry) {
  return {
    name: 'borrowing',
    setup(build) {
      build.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
        const source = sourceOf(resolveDir, path);
        const owner = owners.get(source);
        if (owner === undefined || owner === entry) return undefined;
        return { path: source, namespace: 'borrowed' };
      });
      build.onLoad({ filter: /^/, namespace: 'borrowed' }, ({ path }) => ({
        contents: `module.exports = require('./${fileOf(owners.get(path))}')['${path}'];`,
      }));
      build.onResolve({ filter: /^/, namespace: 'borrowed' }, ({ path }) => ({
        path,
        external: true,
      }));
    },
  };
}

/** A module's path as esbuild names it. */
function sourceOf(folder, path) {
  return relative('.', resolve(folder, path)).split(sep).join('/');
}

/** The licence text of every package with code in the files; a package without one stops the build. */
function licences(inputs) {
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
