// `npm run classify -- FILE [--json]`: the classifier's answers for the tools in FILE, scored where the
// file says what they should be. Rows: {server, tool, description?, inputSchema?, annotations?,
// category?, source?}.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const CATEGORIES = ['Read', 'Write', 'Execute', 'Destructive', 'Financial', 'Unknown'];
const DANGEROUS = ['Execute', 'Destructive', 'Financial'];

await main();

async function main() {
  const { file, json } = readArguments();
  const rows = readRows(file);
  const classifyTool = await loadClassifier();
  const judged = rows.map(row => ({ ...row, answer: answerFor(row, classifyTool) }));
  if (json) {
    const shown = judged.map(({ server, tool, answer }) => ({ server, tool, ...answer }));
    process.stdout.write(`${JSON.stringify({ rows: shown }, null, 1)}\n`);
  } else process.stdout.write(report(judged));
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    if (positionals.length !== 1) throw new Error(`expected one file, got ${positionals.length}`);
    return { file: positionals[0], json: values.json };
  } catch (error) {
    return stop(error.message);
  }
}

function readRows(file) {
  let rows;
  try {
    rows = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return stop(`\`${file}\` cannot be read as JSON: ${error.message}`);
  }
  if (!Array.isArray(rows)) return stop(`\`${file}\` holds no list of tools`);
  return rows.map((row, index) => {
    const at = `\`${file}\`, row ${index + 1}`;
    if (typeof row?.tool !== 'string') stop(`${at}: expected "tool", a name`);
    return { ...row, category: readCategory(row.category ?? undefined, at) };
  });
}

function readCategory(given, at) {
  if (given === undefined) return undefined;
  const known = CATEGORIES.find(name => name.toLowerCase() === String(given).toLowerCase());
  return known ?? stop(`${at}: unknown category \`${given}\`: expected ${CATEGORIES.join(', ')}`);
}

function stop(message) {
  process.stderr.write(`${message}\nhelp: npm run classify -- FILE [--json]\n`);
  process.exit(2);
}

// TypeScript that every supported Node can run; kept in no file.
async function loadClassifier() {
  const { outputFiles } = await build({
    entryPoints: ['src/policy/classify/definition.ts'],
    absWorkingDir: join(import.meta.dirname, '..'),
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'warning',
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  return (await import(`data:text/javascript;base64,${code}`)).classifyTool;
}

function answerFor(
  { server, tool, operation, description, inputSchema, annotations },
  classifyTool,
) {
  const seen = { server, name: tool, operation, description, inputSchema, annotations };
  for (const key of Object.keys(seen)) if (seen[key] === null) delete seen[key];
  const { category, risk, why } = classifyTool(seen);
  return { category: category.charAt(0).toUpperCase() + category.slice(1), risk, why };
}

function report(judged) {
  const scored = judged.filter(({ category }) => category !== undefined);
  const evident = scored.filter(({ source }) => namesEvidence(String(source ?? '')));
  const dangerous = scored.filter(({ category }) => DANGEROUS.includes(category));
  const missed = dangerous.filter(({ answer }) => answer.category === 'Read');
  return [
    `${judged.length} tools, ${scored.length} of them labelled`,
    `right, all:          ${share(scored.filter(isRight), scored)}`,
    `right, with evidence: ${share(evident.filter(isRight), evident)}`,
    `dangerous as Read:   ${share(missed, dangerous)}`,
    ...missed.map(
      ({ server, tool, category, answer }) => `  ${server} ${tool}: ${category}; ${answer.why}`,
    ),
    '',
    ...confusion(scored),
    '',
  ].join('\n');
}

// `with evidence`, but not `without evidence`.
function namesEvidence(source) {
  return /(?<!without )\bevidence\b/i.test(source);
}

function isRight({ category, answer }) {
  return category === answer.category;
}

function share(part, whole) {
  const percent = whole.length === 0 ? '–' : ((100 * part.length) / whole.length).toFixed(1);
  return `${percent.padStart(5)} % (${part.length} of ${whole.length})`;
}

function confusion(scored) {
  const line = (name, cells) =>
    name.padEnd(14) + cells.map(cell => `${cell}`.padStart(12)).join('');
  const rows = CATEGORIES.filter(name => scored.some(({ category }) => category === name));
  return [
    line('label \\ answer', CATEGORIES),
    ...rows.map(name => {
      const cells = CATEGORIES.map(
        other =>
          scored.filter(row => row.category === name && row.answer.category === other).length,
      );
      return line(name, cells);
    }),
  ];
}
