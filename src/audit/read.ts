// Reading the record from the state file, as rows that a person or a program can use.
import { existsSync } from 'node:fs';
import { type Database, loadDriver, type Row } from '../store/driver.ts';
import { openForReading } from '../store/schema.ts';

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
  readonly limits: unknown;
  /** Redacted JSON text. */
  readonly arguments: string | null;
  readonly policy: string;
  readonly outcome: string | null;
  readonly durationMs: number | null;
}

export interface LogQuery {
  /** Rows later than this one; 0 for all. */
  readonly after: number;
  /** The newest of them, at most. */
  readonly last: number;
  readonly server: string | undefined;
}

/** A reader of one state file, which need not exist yet. Throws `PW_STATE…`. */
export function logReader(file: string) {
  let database: Database | undefined;
  return {
    /** Oldest first. */
    read({ after, last, server }: LogQuery): LogEntry[] {
      if (!existsSync(file)) return [];
      database ??= openForReading(loadDriver(), file);
      if (database === undefined) return [];
      return database
        .prepare(
          `SELECT * FROM (SELECT * FROM records WHERE id > ? AND (? IS NULL OR server = ?)
           ORDER BY id DESC LIMIT ?) ORDER BY id`,
        )
        .all(after, server ?? null, server ?? null, last)
        .map(entryOf);
    },
    close(): void {
      database?.close();
    },
  };
}

function entryOf(row: Row): LogEntry {
  const text = (name: string) => (row[name] === null ? null : String(row[name]));
  return {
    id: Number(row.id),
    time: new Date(Number(row.at)).toISOString(),
    session: String(row.session),
    server: String(row.server),
    grant: String(row.grant_name),
    mode: String(row.mode),
    method: String(row.method),
    subject: String(row.subject),
    category: text('category'),
    effect: String(row.effect),
    forwarded: Number(row.forwarded) === 1,
    layer: String(row.layer),
    key: text('key'),
    reason: text('reason'),
    limits: row.limits === null ? [] : JSON.parse(String(row.limits)),
    arguments: text('arguments'),
    policy: String(row.policy),
    outcome: text('outcome'),
    durationMs: row.duration_ms === null ? null : Number(row.duration_ms),
  };
}
