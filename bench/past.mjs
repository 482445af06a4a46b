// A state file with a long past. The program itself makes the tables, the counters and the first rows,
// so that nothing here knows what they look like; then its rows are multiplied.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { COUNTERS } from './policies.mjs';
import { wrapped } from './variants.mjs';

const ROWS = 1_000_000;
/** Each has counters of its own: 100,000 in all. */
const GRANTS = 20;

export async function fillState(workshop, file) {
  const run = { workshop, server: workshop.servers.native };
  for (let i = 0; i < GRANTS; i++) {
    const options = ['--state', file, '--grant', `grant-${i}`];
    await callEachTool(wrapped('counters', ...options)(run), workshop.env);
  }
  const database = openDatabase(file);
  const columns = database
    .prepare('PRAGMA table_info(records)')
    .all()
    .filter(({ pk }) => pk === 0)
    .map(({ name }) => `"${name}"`)
    .join();
  const count = table => database.prepare(`SELECT count(*) AS n FROM ${table}`).get().n;
  for (let rows = count('records'); rows < ROWS; rows = count('records'))
    database.exec(
      `INSERT INTO records (${columns}) SELECT ${columns} FROM records LIMIT ${ROWS - rows}`,
    );
  const [rows, counters] = [count('records'), count('counters')];
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  if (rows !== ROWS || counters !== COUNTERS * GRANTS)
    throw new Error(`the state file has ${rows} rows and ${counters} counters`);
}

/** What is left after a session: the oldest rows go where the file is over its bound. */
export function rowsIn(file) {
  const database = openDatabase(file);
  const { n } = database.prepare('SELECT count(*) AS n FROM records').get();
  database.close();
  return n;
}

function callEachTool([command, ...args], env) {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  // A wrapper that ends is told by its exit code.
  child.stdin.on('error', () => {});
  for (let id = 0; id < COUNTERS; id++)
    child.stdin.write(
      `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"tool_${id}","arguments":{"cluster":"orders","service":"api"}}}\n`,
    );
  let replies = 0;
  child.stdout.on('data', chunk => {
    for (let lf = chunk.indexOf(10); lf >= 0; lf = chunk.indexOf(10, lf + 1)) replies++;
    if (replies >= COUNTERS) child.stdin.end();
  });
  return new Promise((resolve, reject) => {
    child.once('close', code => {
      if (code === 0 && replies >= COUNTERS) resolve();
      else reject(new Error(`filling the state file: ${replies} replies, exit code ${code}`));
    });
  });
}

function openDatabase(file) {
  const load = createRequire(import.meta.url);
  // Node 20 has no SQLite of its own, and is what better-sqlite3 of the lock file is for.
  if (process.versions.node.startsWith('20.')) return load('better-sqlite3')(file);
  return new (load('node:sqlite').DatabaseSync)(file);
}
