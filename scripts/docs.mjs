// Makes docs/policy.md from its template and the reference of every key: `npm run docs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: ['src/policy/reference/page.ts'],
  bundle: true,
  format: 'esm',
  write: false,
});
const code = Buffer.from(outputFiles[0].contents).toString('base64');
const { renderPage } = await import(`data:text/javascript;base64,${code}`);
writeFileSync('docs/policy.md', renderPage(readFileSync('scripts/policy.template.md', 'utf8')));
