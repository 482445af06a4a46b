// A state file with a long past. The program itself makes the tables, the counters and the first rows;
// then its rows are multiplied, with ids of their own.
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
    .map(({ name }) => `"${name}"`)
    .join();
  for (let left = ROWS - decisions(database); left > 0; left = ROWS - decisions(database)) {
    const { first, span } = database
      .prepare('SELECT min(id) AS first, max(id + count) - min(id) AS span FROM records')
      .get();
    database.exec(
      `INSERT INTO records (${columns})
       SELECT ${columns.replace('"id"', `id + ${span}`)} FROM records WHERE id < ${first + left}`,
    );
  }
  const rows = decisions(database);
  const counters = database.prepare('SELECT count(*) AS n FROM counters').get().n;
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  if (rows < ROWS || counters !== COUNTERS * GRANTS)
    throw new Error(`the state file has ${rows} decisions and ${counters} counters`);
}

/** What is left after a session: the oldest go where the file is over its bound. */
export function rowsIn(file) {
  const database = openDatabase(file);
  const n = decisions(database);
  database.close();
  return n;
}

/** Those made together are one row of the table. */
function decisions(database) {
  return database.prepare('SELECT sum(count) AS n FROM records').get().n;
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
