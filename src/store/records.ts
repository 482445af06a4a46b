// The record in the state file: the decisions of one transaction as one row, and with them how earlier
// calls ended. The oldest are given up when the file grows too big.
import { packFacts, packOutcome, packRow } from '../audit/packed.ts';
import type { RecordRow, SessionFacts } from '../audit/record.ts';
import type { Settled } from './contract.ts';
import type { Database, Statement } from './driver.ts';

/** Bytes of pages in use beyond which the oldest decisions go. */
export const MAX_STATE_BYTES = 64 * 1024 * 1024;
/** Characters written between two looks at the size. */
const LOOK_EVERY = 128 * 1024;
/**
 * Bytes given up at one look, at most, for each character written since the last one: a file that is
 * far too big shrinks faster than it grows, and no call waits until it is small.
 */
const GIVE_UP_RATIO = 4;

export class Records {
  private readonly insert: Statement;
  private readonly giveUp: Statement;
  private readonly pages: Statement;
  private readonly freePages: Statement;
  private readonly pageSize: number;
  // The first transaction of a session looks: many sessions may be short.
  private sinceLook = LOOK_EVERY;
  private facts: SessionFacts | undefined;
  private factsText = '[]';

  constructor(
    database: Database,
    private readonly maxBytes: number,
  ) {
    const sql = (text: string) => database.prepare(text);
    this.insert = sql(
      `INSERT INTO records (id, count, session, rows, outcomes)
       VALUES ((SELECT id + count FROM records ORDER BY id DESC LIMIT 1), ?, ?, ?, ?)`,
    );
    // The newest one stays: the next id follows from it.
    this.giveUp = sql(
      `DELETE FROM records WHERE id IN (SELECT id FROM records ORDER BY id LIMIT ?)
       AND id < (SELECT max(id) FROM records)`,
    );
    this.pages = sql('PRAGMA page_count');
    this.freePages = sql('PRAGMA freelist_count');
    this.pageSize = numberOf(sql('PRAGMA page_size'));
  }

  /**
   * Within a transaction: writes decisions, and how calls ended that were decided before. Returns the
   * id of the first decision; the others follow.
   */
  add(rows: readonly RecordRow[], settled: readonly Settled[]): number | undefined {
    if (rows.length === 0 && settled.length === 0) return undefined;
    const [first = [], ...more] = bySession(rows);
    const id = this.write(first, settled);
    for (const group of more) this.write(group, []);
    return id;
  }

  /** Within a transaction: makes room where the file is full. Freed pages are used again. */
  bound(): void {
    if (this.sinceLook < LOOK_EVERY) return;
    const most = GIVE_UP_RATIO * this.sinceLook;
    this.sinceLook = 0;
    const before = this.bytesInUse();
    let bytes = before;
    for (let count = 1; bytes > this.maxBytes && before - bytes < most; count *= 2) {
      if (this.giveUp.run(count).changes === 0) return;
      bytes = this.bytesInUse();
    }
  }

  private write(rows: readonly RecordRow[], settled: readonly Settled[]): number {
    const text = JSON.stringify(rows.map(packRow));
    const outcomes = settled.length === 0 ? null : JSON.stringify(settled.map(packOutcome));
    this.sinceLook += text.length + (outcomes?.length ?? 0);
    // Outcomes alone take up an id too.
    const count = Math.max(1, rows.length);
    const session = this.textOf(rows[0]?.facts);
    return Number(this.insert.run(count, session, text, outcomes).lastInsertRowid);
  }

  private textOf(facts: SessionFacts | undefined): string {
    if (facts !== undefined && facts !== this.facts) {
      this.facts = facts;
      this.factsText = JSON.stringify(packFacts(facts));
    }
    return this.factsText;
  }

  private bytesInUse(): number {
    return (numberOf(this.pages) - numberOf(this.freePages)) * this.pageSize;
  }
}

function bySession(rows: readonly RecordRow[]): (readonly RecordRow[])[] {
  // Nearly always: rules that change begin a new one.
  if (rows.every(({ facts }) => facts === rows[0]?.facts)) return [rows];
  const groups: RecordRow[][] = [];
  let group: RecordRow[] = [];
  for (const row of rows) {
    if (group[0]?.facts !== row.facts) {
      group = [];
      groups.push(group);
    }
    group.push(row);
  }
  return groups;
}

function numberOf(pragma: Statement): number {
  return Number(Object.values(pragma.get() ?? {})[0]);
}
