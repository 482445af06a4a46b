// Both sides talk through one session, as the pump would let them, in chunks of any size.
import { PolicyWrapError } from '../../src/errors.ts';
import { perform } from '../../src/proxy/perform.ts';
import { Session } from '../../src/proxy/session.ts';
import { Framer } from '../../src/rpc/frame.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { expectThat } from './finding.ts';
import { Ledger, type Outcome } from './ledger.ts';
import type { Loaded } from './policies.ts';

export interface Event {
  readonly from: 'client' | 'server';
  readonly bytes: Buffer;
  /** The store cannot decide while this event is handled. */
  readonly storeFails?: boolean;
}

export interface Scenario {
  /** Which of the rules. */
  readonly rules: number;
  /** Bytes of the longest line. */
  readonly cap: number;
  readonly events: readonly Event[];
  /** The server goes before this event, and at the latest after the last. */
  readonly goneBefore: number;
  /** Chunks are as long as these numbers say, in turn. */
  readonly cuts: readonly number[];
}

/** One session and the streams round it: bytes in, what goes out on either side. */
class Wire {
  private readonly store = memoryStore(() => 1_000_000);
  private readonly session: Session;
  private readonly framers: Record<Event['from'], Framer>;
  private isGone = false;

  constructor(
    rules: Loaded,
    private readonly cap: number,
  ) {
    const { policies, mode } = rules;
    const names = { session: 's', server: 'srv', grant: 'default', policyHash: () => 'h' };
    this.session = new Session({ policies, mode, ...names, now: () => 1_000_000 });
    this.framers = { client: new Framer(cap), server: new Framer(cap) };
  }

  push(from: Event['from'], chunk: Buffer, storeFails: boolean): Outcome {
    const { lines, oversized } = this.framers[from].push(chunk);
    const outcome = emptyOutcome();
    const isClient = from === 'client';
    const turns = isClient
      ? [
          this.session.fromClient(lines),
          ...oversized.map(head => this.session.oversized(head, this.cap)),
        ]
      : [];
    for (const turn of turns) {
      const lost = this.isGone && turn.requests.length > 0;
      const taken = () =>
        storeFails ? new PolicyWrapError('PW_STATE', 'full') : this.store.take(turn.demands);
      const actions = lost
        ? this.session.undeliverable(turn, 'gone')
        : this.session.conclude(turn, taken());
      this.carryOut(actions, outcome, outcome.toServer);
    }
    if (isClient) return outcome;
    this.carryOut(this.session.fromServer(lines), outcome, outcome.delivered);
    for (const head of oversized)
      this.carryOut(this.session.oversizedFromServer(head, this.cap), outcome, outcome.delivered);
    return outcome;
  }

  gone(): Outcome {
    this.isGone = true;
    const outcome = emptyOutcome();
    this.carryOut(this.session.serverGone('exit code 3'), outcome, outcome.toServer);
    return outcome;
  }

  private carryOut(
    actions: Parameters<typeof perform>[0],
    { replies, answers }: { replies: string[]; answers: string[] },
    forwarded: Buffer[],
  ): void {
    perform(actions, {
      forward: bytes => void forwarded.push(bytes),
      reply: text => void replies.push(text),
      answer: text => void answers.push(text),
      settle: settled => this.store.settle(settled),
      record: demands => void this.store.take(demands),
      denied: () => {},
      note: () => {},
      desk: { wait() {}, program() {}, release() {}, withdraw() {} },
    });
  }
}

function emptyOutcome() {
  return {
    toServer: [] as Buffer[],
    delivered: [] as Buffer[],
    replies: [] as string[],
    answers: [] as string[],
  };
}

/** What happened, told shortly: other words mean that another way was taken. */
export type Features = Set<string>;

/** Plays a scenario line by line, checks every promise, plays it again in chunks. */
export function converse(scenario: Scenario, rules: Loaded, features: Features): void {
  const { cap, events, goneBefore, cuts } = scenario;
  const wire = new Wire(rules, cap);
  const chunked = new Wire(rules, cap);
  const ledger = new Ledger(rules);
  const rest = { client: Buffer.alloc(0), server: Buffer.alloc(0) };
  let comparable = true;
  for (const [i, { from, bytes, storeFails = false }] of events.entries()) {
    if (i === goneBefore) {
      ledger.gone(wire.gone());
      chunked.gone();
      // From now on those who lose their server are answered behind the others of their chunk.
      comparable = false;
    }
    const outcomes: Outcome[] = [];
    const ids: string[] = [];
    for (const piece of piecesOf(bytes)) {
      const outcome = wire.push(from, piece, storeFails);
      outcomes.push(outcome);
      const line = Buffer.concat([rest[from], piece]);
      rest[from] = line;
      if (line.at(-1) !== 0x0a) {
        expectThat(isNothing(outcome), 'half a line does nothing');
        continue;
      }
      rest[from] = Buffer.alloc(0);
      const content = line.subarray(0, -1);
      const tooLong = content.length > cap;
      // Lines that are too long are answered behind the others of their chunk.
      if (tooLong) comparable = false;
      if (from === 'client')
        ids.push(...ledger.client(content, outcome, { tooLong, storeFailed: storeFails }));
      else ledger.server(content, outcome, tooLong);
      note(features, from, outcome);
    }
    // Of two requests with one id in one read the second is refused before the first is answered.
    comparable &&= new Set(ids).size === ids.length;
    const again = chunksOf(bytes, cuts).map(chunk => chunked.push(from, chunk, storeFails));
    if (comparable) {
      const [once, twice] = [together(outcomes), together(again)];
      expectThat(once === twice, 'chunking does not matter', () => `${once}\n${twice}`);
    }
  }
  if (goneBefore >= events.length) ledger.gone(wire.gone());
  expectThat(isNothing(wire.gone()), 'nobody is answered after the end');
}

function isNothing({ toServer, delivered, replies, answers }: Outcome): boolean {
  return toServer.length + delivered.length + replies.length + answers.length === 0;
}

function together(outcomes: readonly Outcome[]): string {
  const joined = (of: (outcome: Outcome) => readonly (Buffer | string)[]) =>
    outcomes.flatMap(of).map(String).join('');
  return JSON.stringify([
    joined(({ toServer }) => toServer),
    joined(({ delivered }) => delivered),
    joined(({ replies }) => replies),
    joined(({ answers }) => answers),
  ]);
}

/** Lines with their LF, and what is left. */
function piecesOf(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, from)) {
    pieces.push(bytes.subarray(from, at + 1));
    from = at + 1;
  }
  return from < bytes.length ? [...pieces, bytes.subarray(from)] : pieces;
}

function chunksOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let from = 0, i = 0; from < bytes.length; i++) {
    const length = cuts.length === 0 ? bytes.length : Math.max(1, cuts[i % cuts.length] ?? 1);
    chunks.push(bytes.subarray(from, from + length));
    from += length;
  }
  return chunks;
}

function note(features: Features, from: string, outcome: Outcome): void {
  const { toServer, delivered, replies, answers } = outcome;
  const words = replies.map(text =>
    text.replace(/"id":("([^"\\]|\\.)*"|-?\d+)|\d+/g, '').slice(0, 90),
  );
  const counts = [toServer, delivered, answers].map(({ length }) => length);
  features.add(`${from} ${counts.join(' ')} ${words.join(' ')}`);
}
