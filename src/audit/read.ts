// Reading the record from the state file, as rows that a person or a program can use.
import { existsSync } from 'node:fs';
import type { LimitState } from '../policy/limits.ts';
import { type Database, loadDriver, type Row } from '../store/driver.ts';
import { openForReading } from '../store/schema.ts';
import {
  type PackedFacts,
  type PackedOutcome,
  type PackedRow,
  unpackFacts,
  unpackLimit,
} from './packed.ts';
import type { SessionFacts } from './record.ts';

/** One decision, as `policy-wrap log --json` prints it. */
export interface LogEntry {
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly session: string;
  readonly server: string;
  readonly grant: string;
  readonly mode: string;
  readonly method: string;
  readonly subject: string;
  readonly category: string | null;
  readonly effect: string;
  readonly forwarded: boolean;
  readonly layer: string;
  readonly key: string | null;
  readonly reason: string | null;
  readonly limits: readonly LimitState[];
  /** The name of the request for a person's approval. */
  readonly approval: string | null;
  /** Redacted JSON text. */
  readonly arguments: string | null;
  readonly policy: string;
  readonly outcome: string | null;
  readonly durationMs: number | null;
}

export interface LogQuery {
  /** The newest, at most. */
  readonly last: number;
  readonly server: string | undefined;
}

type Endings = Map<number, PackedOutcome>;

/** Rows of the table read at once. */
const PAGE = 100;

/** A reader of one state file, which need not exist yet. Throws `PW_STATE…`. */
export function logReader(file: string) {
  let database: Database | undefined;
  let seen = 0;
  return {
    /** What is new since the last call, oldest first. */
    read({ last, server }: LogQuery): LogEntry[] {
      if (!existsSync(file)) return [];
      database ??= openForReading(loadDriver(), file);
      if (database === undefined) return [];
      const newest = Number(database.prepare('SELECT max(id) AS id FROM records').get()?.id ?? 0);
      const newestFirst: LogEntry[] = [];
      const endings: Endings = new Map();
      for (const row of rowsDown(database, seen, newest, server)) {
        if (newestFirst.length >= last) break;
        // How a call ended is never written before the call, so it has been read by now.
        newestFirst.push(...entriesOf(row, endings).reverse());
      }
      seen = newest;
      return newestFirst.slice(0, last).reverse();
    },
    close(): void {
      database?.close();
    },
  };
}

// From the newest one down, so that the last few are found without reading all.
function* rowsDown(
  database: Database,
  after: number,
  newest: number,
  server: string | undefined,
): Generator<Row> {
  // How calls ended may stand in a row of no session: another connection wrote them.
  const page = database.prepare(
    `SELECT id, session, rows, outcomes FROM records WHERE id > ? AND id <= ?
     AND (? IS NULL OR ifnull(session ->> 1 = ?, 1)) ORDER BY id DESC LIMIT ${PAGE}`,
  );
  const name = server ?? null;
  for (let next = newest; ; ) {
    const rows = page.all(after, next, name, name);
    yield* rows;
    if (rows.length < PAGE) return;
    next = Number(rows.at(-1)?.id) - 1;
  }
}

function entriesOf({ id, session, rows, outcomes }: Row, endings: Endings): LogEntry[] {
  if (outcomes !== null)
    for (const ending of JSON.parse(String(outcomes)) as PackedOutcome[])
      endings.set(ending[0], ending);
  const facts = unpackFacts(JSON.parse(String(session)) as PackedFacts);
  return (JSON.parse(String(rows)) as PackedRow[]).map((row, i) => {
    const entry = Number(id) + i;
    return entryOf(entry, facts, row, endings.get(entry));
  });
}

function entryOf(
  id: number,
  { session, server, grant, mode, policy }: SessionFacts,
  row: PackedRow,
  ending: PackedOutcome | undefined,
): LogEntry {
  const [at, method, subject, category, effect, forwarded, layer, key, reason, limits, args] = row;
  const approval = row[11];
  const [, outcome = null, durationMs = null] = ending ?? [];
  return {
    id,
    time: new Date(at).toISOString(),
    session,
    server,
    grant,
    mode,
    method,
    subject,
    category,
    effect,
    forwarded,
    layer,
    key,
    reason,
    limits: limits.map(unpackLimit),
    approval,
    arguments: args,
    policy,
    outcome,
    durationMs,
  };
}
