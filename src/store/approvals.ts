// Requests for approval in the state file; used within a transaction.
import { type ApprovalTable, beyondBounds, type Entry } from '../approval/book.ts';
import type { Answerer, ApprovalRequest, Remembered, Standing } from '../approval/request.ts';
import type { Database, Row, Statement } from './driver.ts';

/** The tables of one database. Nothing is prepared before something is asked of it. */
export class StoredApprovals implements ApprovalTable {
  private readonly prepared = new Map<string, Statement>();

  constructor(private readonly database: Database) {}

  /** True where something was asked of it. */
  get isUsed(): boolean {
    return this.prepared.size > 0;
  }

  get(id: string): Entry | undefined {
    const row = this.sql('SELECT * FROM approvals WHERE id = ?').get(id);
    return row && entryOf(row);
  }

  /** Without the rest, which may be long: those who wait look often. */
  standingOf(id: string): Standing | undefined {
    return this.sql('SELECT standing FROM approvals WHERE id = ?').get(id)?.standing as
      | Standing
      | undefined;
  }

  approvedFor(key: string): readonly Entry[] {
    const found = this.sql(
      "SELECT * FROM approvals WHERE key = ? AND standing = 'approved' ORDER BY answered",
    );
    return found.all(key).map(entryOf);
  }

  /** All that the file holds, the oldest first. */
  all(): readonly Entry[] {
    return this.sql('SELECT * FROM approvals ORDER BY asked, id').all().map(entryOf);
  }

  /** The same without reading all of each: `mark` changes whenever the entry does. */
  marks(): readonly { id: string; mark: string }[] {
    const found = this.sql(
      'SELECT id, standing, answered, usable FROM approvals ORDER BY asked, id',
    );
    return found.all().map(({ id, standing, answered, usable }) => ({
      id: String(id),
      mark: `${standing} ${answered} ${usable}`,
    }));
  }

  put({ request, standing, answeredAt, by, note, usableUntil }: Entry): void {
    const { id, key, askedAt } = request;
    this.sql(
      `INSERT OR REPLACE INTO approvals (id, key, standing, asked, answered, usable, answerer, note, request)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      ...[id, key, standing, askedAt, answeredAt, usableUntil],
      ...[by, note, JSON.stringify(request)],
    );
  }

  sweep(now: number): void {
    this.sql('DELETE FROM approvals WHERE usable < ?').run(now);
    this.sql('DELETE FROM remembered WHERE until < ?').run(now);
    const newest = this.sql(
      'SELECT id, standing, octet_length(request) AS size FROM approvals ORDER BY asked DESC, id',
    );
    const measured = newest.all().map(({ id, standing, size }) => ({
      ...{ entry: String(id), size: Number(size), waits: standing === 'waiting' },
    }));
    for (const id of beyondBounds(measured)) this.sql('DELETE FROM approvals WHERE id = ?').run(id);
  }

  remembered(key: string): readonly Remembered[] {
    return this.sql('SELECT * FROM remembered WHERE key = ?').all(key).map(rememberedOf);
  }

  allRemembered(): readonly Remembered[] {
    return this.sql('SELECT * FROM remembered ORDER BY id').all().map(rememberedOf);
  }

  remember({ key, session, until, ...about }: Omit<Remembered, 'id'>): void {
    const insert = this.sql(
      'INSERT INTO remembered (key, session, until, about) VALUES (?, ?, ?, ?)',
    );
    insert.run(key, session, until, JSON.stringify(about));
  }

  /** Returns false where there is none of this number. */
  forget(id: number): boolean {
    return Number(this.sql('DELETE FROM remembered WHERE id = ?').run(id).changes) > 0;
  }

  /** What held for one run of the wrapper, which has ended. */
  endSession(session: string): void {
    this.sql('DELETE FROM remembered WHERE session = ?').run(session);
  }

  private sql(text: string): Statement {
    const known = this.prepared.get(text) ?? this.database.prepare(text);
    this.prepared.set(text, known);
    return known;
  }
}

function entryOf(row: Row): Entry {
  return {
    request: JSON.parse(String(row.request)) as ApprovalRequest,
    standing: row.standing as Standing,
    answeredAt: row.answered === null ? null : Number(row.answered),
    by: row.answerer as Answerer | null,
    note: row.note === null ? null : String(row.note),
    usableUntil: Number(row.usable),
  };
}

function rememberedOf(row: Row): Remembered {
  const about = JSON.parse(String(row.about)) as Omit<
    Remembered,
    'id' | 'key' | 'session' | 'until'
  >;
  const session = row.session === null ? null : String(row.session);
  return {
    ...{ id: Number(row.id), key: String(row.key), session, until: Number(row.until) },
    ...about,
  };
}
