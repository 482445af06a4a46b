// The record in the state file: one row a decision, the oldest given up when the file grows too big.
import type { RecordRow } from '../audit/record.ts';
import type { Settled } from './contract.ts';
import type { Database, Statement } from './driver.ts';

/** Bytes of pages in use beyond which the oldest rows go. */
export const MAX_STATE_BYTES = 64 * 1024 * 1024;
/** Rows written between two looks at the size: at most a few hundred KiB. */
const LOOK_EVERY = 128;
const GIVE_UP_SHARE = 10;

export class Records {
  private readonly insert: Statement;
  private readonly update: Statement;
  // The first rows of a session look: many sessions may be short.
  private sinceLook = LOOK_EVERY;

  constructor(
    private readonly database: Database,
    private readonly maxBytes: number,
  ) {
    this.insert = database.prepare(
      `INSERT INTO records (at, session, server, grant_name, mode, method, subject, category, effect,
        forwarded, layer, key, reason, limits, arguments, policy)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.update = database.prepare('UPDATE records SET outcome = ?, duration_ms = ? WHERE id = ?');
  }

  /** Within a transaction; returns the row's key. */
  add(row: RecordRow): number | bigint {
    this.sinceLook++;
    const { verdict } = row;
    return this.insert.run(
      row.at,
      row.session,
      row.server,
      row.grant,
      row.mode,
      row.method,
      verdict.subject,
      verdict.category,
      verdict.effect,
      row.forwarded ? 1 : 0,
      verdict.layer,
      verdict.key,
      verdict.reason,
      verdict.limits.length === 0 ? null : JSON.stringify(verdict.limits),
      row.arguments,
      row.policy,
    ).lastInsertRowid;
  }

  settle({ row, outcome, durationMs }: Settled): void {
    this.update.run(outcome, Math.round(durationMs), row);
  }

  /** Within a transaction: makes room where the file is full. Freed pages are used again. */
  bound(): void {
    if (this.sinceLook < LOOK_EVERY) return;
    this.sinceLook = 0;
    while (this.bytesInUse() > this.maxBytes) {
      const { first, last } = this.database
        .prepare('SELECT min(id) AS first, max(id) AS last FROM records')
        .get() ?? { first: null, last: null };
      if (first === null || first === last) return;
      const share = Math.ceil((Number(last) - Number(first)) / GIVE_UP_SHARE);
      this.database.prepare('DELETE FROM records WHERE id < ?').run(Number(first) + share);
    }
  }

  private bytesInUse(): number {
    const read = (name: string) =>
      Number(Object.values(this.database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
    return (read('page_count') - read('freelist_count')) * read('page_size');
  }
}
