// Tools as the client was shown them, so that a yes to one is no yes to what takes its name.
import { stringMember } from '../rpc/message.ts';
import type { Member } from '../rpc/scan.ts';
import { elementsOf, partsOf } from '../rpc/walk.ts';

/** More tools than this are told apart by no definition. */
const MAX_TOOLS = 10_000;

export class Definitions {
  private readonly seen = new Map<string, { latest: string; known: string }>();

  constructor(private readonly digest: (text: string) => string) {}

  /** Notes the tools of a result of `tools/list`. */
  note(buffer: Buffer, result: readonly Member[]): void {
    for (const list of result.filter(({ key }) => key === 'tools'))
      for (const { start, end } of elementsOf(buffer, list.start)) {
        const name = stringMember(buffer, partsOf(buffer, start), 'name');
        if (name !== undefined) this.noteOne(name, buffer.toString('utf8', start, end));
      }
  }

  /** A digest of the tool as it was last shown; another one also where it changed and changed back. */
  of(tool: string): string | null {
    return this.seen.get(tool)?.known ?? null;
  }

  private noteOne(name: string, text: string): void {
    const latest = this.digest(text);
    const before = this.seen.get(name);
    if (before?.latest === latest || (before === undefined && this.seen.size >= MAX_TOOLS)) return;
    const known = before === undefined ? latest : this.digest(before.known + latest);
    this.seen.set(name, { latest, known });
  }
}
