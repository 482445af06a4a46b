// `npm run bench -- [--only start,trip,…] [--rounds N] [--core N] [--markdown] [--json FILE]`: the
// scenarios, each with the same server unwrapped and behind a byte pump in turn. Tables on stderr, JSON
// on stdout or in FILE; with --markdown the table of docs/performance.md on stdout instead. With
// --guard the short run of guard.mjs.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { guard } from './guard.mjs';
import { measure } from './measure.mjs';
import { renderMarkdown, renderText, rowsOf } from './report.mjs';
import { SCENARIOS } from './scenarios/index.mjs';
import { stop } from './session.mjs';
import { openWorkshop } from './workshop.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    core: { type: 'string', default: '0' },
    markdown: { type: 'boolean', default: false },
    json: { type: 'string' },
    guard: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!(rounds >= 1)) throw new Error('--rounds: expected a number from 1');
const scenarios = chosen(values.only);

const workshop = openWorkshop(values.core);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
try {
  const found = values.guard ? await guard(workshop) : await bench();
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(found)}\n`);
  else if (!values.guard && !values.markdown) console.log(JSON.stringify(found));
  if (values.guard && found.broken > 0) process.exitCode = 1;
} finally {
  workshop.close();
}

async function bench() {
  const machine = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}, ${rounds} rounds`;
  const { warnings } = workshop;
  for (const line of [machine, ...warnings]) console.error(line);
  const places = Object.keys(workshop.pins).filter(on => workshop.pins[on] !== undefined);
  const rows = [];
  for (const scenario of scenarios) {
    const results = await measure(scenario, { workshop, rounds, places, tell });
    const found = rowsOf(scenario, results);
    tell('');
    console.error(`\n${renderText(scenario, found)}`);
    rows.push(...found);
  }
  if (values.markdown)
    console.log(`${[machine, ...warnings].join('  \n')}\n\n${renderMarkdown(rows)}`);
  return { machine, warnings, rows };
}

function chosen(names) {
  if (names === undefined) return SCENARIOS;
  const known = SCENARIOS.map(({ name }) => name);
  return names.split(',').map(name => {
    const index = known.indexOf(name);
    if (index < 0) throw new Error(`--only: \`${name}\` is none of ${known.join(', ')}`);
    return SCENARIOS[index];
  });
}

/** What is being measured, on one line of a terminal. */
function tell(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
