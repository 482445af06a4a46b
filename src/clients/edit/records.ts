// What wrapping changed, kept in the state folder: the file as it was, and the text of each entry. It holds
// whatever secrets the file holds, hence 0600.
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { Change } from './rewrite.ts';

/** By the path of an entry, as JSON. */
export type Changes = ReadonlyMap<string, Change>;

export class Records {
  private readonly folder: string;

  constructor(state: string) {
    this.folder = join(state, 'clients');
  }

  /** Nothing where there is no record, or none that can be read: the text says enough without it. */
  of(file: string): Changes {
    try {
      const record: unknown = JSON.parse(readFileSync(this.recordOf(file), 'utf8'));
      if (!isRecord(record) || record.file !== file) return new Map();
      return new Map(Object.entries(record.changes).filter(([, change]) => isChange(change)));
    } catch {
      return new Map();
    }
  }

  /** The name of the copy. Throws what writing it throws: no file is changed without one. */
  keep(file: string, bytes: Buffer, now: Date): string {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const stamp = now.toISOString().replace(/[:.]/g, '-');
    const copy = join(this.folder, `${keyOf(file)}.${stamp}.${basename(file)}`);
    try {
      // On the disk before the file changes: a loss of power may not take both.
      writeFileSync(copy, bytes, { flag: 'wx', mode: 0o600, flush: true });
    } catch (error) {
      // A part of a copy is none, and would be taken for the first one.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(copy, { force: true });
      throw error;
    }
    return copy;
  }

  drop(copy: string): void {
    rmSync(copy, { force: true });
  }

  note(file: string, changes: Changes): void {
    const record = this.recordOf(file);
    if (changes.size === 0) {
      rmSync(record, { force: true });
      return;
    }
    const unfinished = `${record}.${randomBytes(6).toString('hex')}`;
    const text = JSON.stringify({ file, changes: Object.fromEntries(changes) }, null, 2);
    try {
      writeFileSync(unfinished, text, { flag: 'wx', mode: 0o600, flush: true });
      renameSync(unfinished, record);
    } finally {
      rmSync(unfinished, { force: true });
    }
  }

  /** Removes the copies of a file that is again as it was in the first of them. */
  forget(file: string, bytes: Buffer): void {
    if (!existsSync(this.folder)) return;
    const copies = readdirSync(this.folder)
      .filter(name => name.startsWith(`${keyOf(file)}.2`))
      .sort()
      .map(name => join(this.folder, name));
    const [first] = copies;
    if (first === undefined || !readFileSync(first).equals(bytes)) return;
    for (const copy of copies) rmSync(copy);
  }

  private recordOf(file: string): string {
    return join(this.folder, `${keyOf(file)}.json`);
  }
}

function keyOf(file: string): string {
  return createHash('sha256').update(file).digest('hex').slice(0, 16);
}

function isRecord(value: unknown): value is { file: unknown; changes: Record<string, Change> } {
  const changes = (value as { changes?: unknown } | null)?.changes;
  return typeof changes === 'object' && changes !== null;
}

function isChange(value: unknown): boolean {
  const { before, after } = (value ?? {}) as Partial<Change>;
  return typeof before === 'string' && typeof after === 'string';
}
