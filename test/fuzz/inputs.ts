// New inputs: from the grammar, from lines that were of interest before, and from mutations of both.
import type { Chance } from './chance.ts';
import type { Event, Scenario } from './conversation.ts';
import { Grammar } from './grammar.ts';

/** Bytes that matter to a reader of lines, of UTF-8 or of JSON. */
const FRAGMENTS: readonly Buffer[] = [
  ...[
    '\r',
    '\n',
    '\t',
    '\0',
    '\u0085',
    '\u2028',
    '\u2029',
    '\ufeff',
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
  ],
  ...[',', ':', '\\u', '\\ud800', '\\udc00', '\\u0000', '//', 'NaN', '1e999', '-', '0', '.', 'e'],
  ...['"id":1,', '"id":2,', '"method":"tools/call",', '"name":"delete_all",', '"result":{},'],
  ...['"params":{"name":"delete_all"},', ',"x":1', '"__proto__":', '"tools":[{"name":"secret_x"}]'],
].map(text => Buffer.from(text));
const BYTES = [0x80, 0xc0, 0xe2, 0xed, 0xf4, 0xff].map(byte => Buffer.from([byte]));
const LF = Buffer.from('\n');

export class Inputs {
  private readonly grammar: Grammar;
  /** Lines without LF to begin from, of either side. */
  private readonly lines: Buffer[];
  private readonly kept: Scenario[] = [];

  constructor(
    private readonly chance: Chance,
    seeds: readonly Buffer[],
    private readonly rules: number,
  ) {
    this.grammar = new Grammar(chance);
    this.lines = [...seeds];
  }

  /** Notes an input that did what none before it had done. */
  keep(scenario: Scenario): void {
    if (this.kept.length < 2000) this.kept.push(scenario);
    else this.kept[this.chance.int(2000)] = scenario;
  }

  next(): Scenario {
    const { chance } = this;
    if (this.kept.length > 0 && chance.percent(40)) return this.changed(chance.pick(this.kept));
    const count = 1 + chance.int(6);
    return {
      rules: chance.int(this.rules),
      cap: chance.percent(8) ? 40 + chance.int(160) : 1 << 20,
      events: Array.from({ length: count }, (_, i) => this.event(i === 0)),
      goneBefore: chance.percent(10) ? chance.int(count) : count,
      cuts: Array.from({ length: chance.int(4) }, () => 1 + chance.int(chance.pick([3, 40, 400]))),
    };
  }

  private event(isFirst: boolean): Event {
    const { chance } = this;
    const from = isFirst || chance.percent(60) ? 'client' : 'server';
    const lines = Array.from({ length: 1 + chance.int(3) }, () => [this.line(from), LF]).flat();
    // Now and then the rest of a line comes later.
    const bytes = Buffer.concat(chance.percent(3) ? lines.slice(0, -1) : lines);
    return { from, bytes, storeFails: chance.percent(4) };
  }

  private line(from: Event['from']): Buffer {
    const { chance, grammar } = this;
    if (this.lines.length > 0 && chance.percent(8)) return this.mutated(chance.pick(this.lines));
    const line = Buffer.from(from === 'client' ? grammar.clientLine() : grammar.serverLine());
    return chance.percent(15) ? this.mutated(line) : line;
  }

  private changed(scenario: Scenario): Scenario {
    const { chance } = this;
    const events = [...scenario.events];
    const at = chance.int(events.length);
    const event = events[at];
    if (event === undefined) return scenario;
    switch (chance.int(6)) {
      case 0:
        events.splice(at, 0, this.event(false));
        break;
      case 1:
        events.splice(at, 0, event);
        break;
      case 2:
        events.splice(at, 1, ...(events.length > 1 ? [] : [event]));
        break;
      case 3:
        events.push(...chance.pick(this.kept).events.slice(0, 3));
        break;
      default:
        events[at] = { ...event, bytes: this.mutated(event.bytes) };
    }
    const goneBefore = Math.min(scenario.goneBefore, events.length);
    return { ...scenario, events: events.slice(0, 12), goneBefore };
  }

  private mutated(bytes: Buffer): Buffer {
    let changed = bytes;
    for (let left = 1 + this.chance.int(3); left > 0; left--) changed = this.edited(changed);
    return changed.subarray(0, 4096);
  }

  private edited(bytes: Buffer): Buffer {
    const { chance } = this;
    const at = chance.int(bytes.length + 1);
    const to = Math.min(bytes.length, at + chance.int(chance.pick([2, 8, 40])));
    const [before, middle, after] = [
      bytes.subarray(0, at),
      bytes.subarray(at, to),
      bytes.subarray(to),
    ];
    switch (chance.int(5)) {
      case 0:
        return Buffer.concat([before, after]);
      case 1:
        return Buffer.concat([before, middle, middle, after]);
      case 2:
        return Buffer.concat([before, Buffer.from([chance.int(256)]), bytes.subarray(at + 1)]);
      case 3:
        return Buffer.concat([before, chance.pick(BYTES), middle, after]);
      default:
        return Buffer.concat([before, chance.pick(FRAGMENTS), middle, after]);
    }
  }
}
