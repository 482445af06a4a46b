// Who waits for an answer: every request gets one, and no answer comes that nobody waits for.
import { expectThat } from './finding.ts';
import { asksForDenied, checkDelivered, checkForwarded, checkReply } from './outgoing.ts';
import { LIMITED, type Rules } from './policies.ts';
import { expectedBytes, keyOf, type Reading, readingOf } from './reading.ts';
import { all, readings, stringOf, surveyOf } from './tree.ts';

/** What came of one line: lines to the server, lines of the server's to the client, own replies. */
export interface Outcome {
  readonly toServer: readonly Buffer[];
  readonly delivered: readonly Buffer[];
  readonly replies: readonly string[];
  /** Own replies to the server. */
  readonly answers: readonly string[];
}

export interface Circumstances {
  readonly tooLong: boolean;
  /** The store could not decide. */
  readonly storeFailed: boolean;
}

interface Open {
  readonly method: string;
  cancelled: boolean;
  /** Cancelled, and a line that might have been its answer was dropped. */
  maybeSettled: boolean;
}

const BAD: Reading = { kind: 'bad', isBatch: false };

export class Ledger {
  private readonly open = new Map<string, Open>();
  private readonly asked = new Set<string>();
  /** Calls of the limited tool, less the rounds that the server asked for. */
  private limited = 0;
  private readonly tasks = new Set<string>();

  constructor(private readonly rules: Rules) {}

  /** A client's line without its LF, and what came of it; returns the ids that it concerns. */
  client(line: Buffer, outcome: Outcome, circumstances: Circumstances): string[] {
    const { toServer, delivered, replies } = outcome;
    const about = () =>
      `${JSON.stringify(line.toString())} → ${JSON.stringify([toServer.map(String), replies])}`;
    const reading: Reading = circumstances.tooLong ? BAD : readingOf(line, 'client');
    expectThat(delivered.length === 0, 'a client’s line goes to no client', about);
    for (const bytes of toServer) {
      expectThat(
        bytes.toString() === `${expectedBytes(line)}\n`,
        'what goes on is what was judged',
        about,
      );
      const { tool, tasks } = checkForwarded(bytes, this.rules);
      this.passed(tool, circumstances);
      expectThat(
        tasks.every(task => this.tasks.has(task)),
        'nobody asks for the task of another call',
        about,
      );
    }
    const ids = replies.map(text => idOf(checkDelivered(Buffer.from(text)).value));
    if (reading.kind === 'bad' && !reading.isBatch)
      expectThat(
        ids.every(id => isOnlyId(line, id)),
        'an error has an id that is the only one',
        about,
      );
    this.answered(reading, toServer.length, ids, about);
    return reading.kind === 'request' ? [reading.id] : ids.filter(id => id !== undefined);
  }

  private passed(tool: string | undefined, { storeFailed }: Circumstances): void {
    if (tool === undefined) return;
    const needsStore = this.rules.mode === 'enforce';
    expectThat(!(storeFailed && needsStore), 'no call passes that cannot be counted');
    if (tool !== LIMITED.tool || !JSON.stringify(this.rules.layers).includes('"limits"')) return;
    expectThat(++this.limited <= LIMITED.max, 'a limit holds');
  }

  private answered(
    reading: Reading,
    forwarded: number,
    ids: readonly (string | undefined)[],
    about: () => string,
  ): void {
    const anonymous = ids.filter(id => id === undefined).length;
    const settling = ids.filter(
      id => id !== undefined && this.open.get(id)?.maybeSettled === false,
    );
    expectThat(settling.length === 0, 'no own reply settles another request', about);
    switch (reading.kind) {
      case 'blank':
        return expectThat(forwarded + ids.length === 0, 'a blank line does nothing', about);
      case 'bad': {
        expectThat(forwarded === 0, 'what is no message goes nowhere', about);
        expectThat(ids.length > 0, 'what is no message is answered', about);
        expectThat(reading.isBatch || ids.length === 1, 'one line gets one answer', about);
        const named = ids.filter(id => id !== undefined);
        return expectThat(new Set(named).size === named.length, 'no id is answered twice', about);
      }
      case 'response': {
        const wanted = this.asked.delete(reading.id);
        const right = ids.length === 0 && forwarded === (wanted ? 1 : 0);
        return expectThat(right, 'a response passes once, where the server asked', about);
      }
      case 'notification':
        expectThat(ids.length === 0, 'a notification gets no answer', about);
        if (forwarded === 1 && reading.method === 'notifications/cancelled') this.cancel(reading);
        return;
      case 'request': {
        const { id, method } = reading;
        const refused = forwarded === 0 && ids.length === 1 && anonymous === 1;
        const open = this.open.get(id);
        if (open !== undefined && (refused || !open.maybeSettled)) {
          return expectThat(refused, 'an id in flight is refused without settling it', about);
        }
        expectThat(forwarded + ids.length === 1, 'a request passes or is answered', about);
        expectThat(forwarded === 1 || ids[0] === id, 'an answer has the id of its request', about);
        if (forwarded !== 1) return;
        this.open.set(id, { method, cancelled: false, maybeSettled: false });
        this.checkAtOnce(about);
      }
    }
  }

  /** What is cancelled counts, until it is answered. */
  private checkAtOnce(about: () => string): void {
    const { atOnce = Number.POSITIVE_INFINITY } = this.rules;
    // Of what may be answered already nobody can say.
    const calls = [...this.open.values()].filter(
      ({ method, maybeSettled }) => method === 'tools/call' && !maybeSettled,
    );
    expectThat(calls.length <= atOnce, 'no more calls are in flight than may be at once', about);
  }

  private cancel({ tree }: Extract<Reading, { kind: 'notification' }>): void {
    const params = tree.members.find(([key]) => key === 'params')?.[1];
    const named = params?.members.find(([key]) => key === 'requestId')?.[1];
    const id = named?.kind === 'scalar' ? keyOf(JSON.parse(named.raw)) : undefined;
    const open = id === undefined ? undefined : this.open.get(id);
    if (open !== undefined) open.cancelled = true;
  }

  /** A server's line without its LF, and what came of it. */
  server(line: Buffer, outcome: Outcome, tooLong: boolean): void {
    const { toServer, delivered, replies, answers } = outcome;
    const about = () =>
      `${JSON.stringify(line.toString())} → ${JSON.stringify([delivered.map(String), replies, answers])}`;
    expectThat(toServer.length === 0, 'a server’s line goes to no server', about);
    expectThat(delivered.length + replies.length <= 1, 'one line of the server is one', about);
    const reading: Reading = tooLong ? BAD : readingOf(line, 'server');
    const waiting = reading.kind === 'response' ? this.open.get(reading.id) : undefined;
    for (const bytes of delivered) {
      const { text, value } = checkDelivered(bytes);
      expectThat(!asksForDenied(text, this.rules), 'nothing denied is asked of the client', about);
      // What a server may not write is cut out.
      const exact = text === expectedBytes(line) || /policy|\\/.test(line.toString());
      if (Object.hasOwn(value, 'method')) {
        expectThat(exact, 'what the server asks passes as it came', about);
        if (reading.kind === 'request') this.asked.add(reading.id);
      } else {
        const method = this.settle(value, about);
        checkReply(text, method, this.rules, this.tasks);
        if (method === 'tools/call') this.made(text);
      }
    }
    for (const text of replies) this.settle(checkDelivered(Buffer.from(text)).value, about);
    if (reading.kind === 'bad' && delivered.length === 0)
      for (const open of this.open.values()) open.maybeSettled ||= open.cancelled;
    const asksTooMuch = reading.kind !== 'bad' && asksForDenied(line.toString('utf8'), this.rules);
    if (waiting?.maybeSettled === false) {
      const count = asksTooMuch ? replies.length : delivered.length;
      // A call that was cancelled is not told what the server may not ask.
      const isEnough = count === 1 || (asksTooMuch && waiting.cancelled);
      expectThat(isEnough, 'the answer to a request comes through', about);
      if (asksTooMuch) this.open.delete(reading.kind === 'response' ? reading.id : '');
    }
    if (reading.kind === 'request' || reading.kind === 'notification')
      expectThat(
        delivered.length === (asksTooMuch ? 0 : 1),
        'what a server may ask or tell comes through, and nothing else',
        about,
      );
    const refusals = answers.map(text => idOf(JSON.parse(text) as Record<string, unknown>));
    expectThat(
      reading.kind === 'request' && asksTooMuch
        ? refusals.length === 1 && refusals[0] === reading.id
        : refusals.length === 0,
      'a server is told what it may not ask',
      about,
    );
  }

  /** What the answer to a call makes: a task that is its own, or the right to another round. */
  private made(text: string): void {
    const results = readings(surveyOf(text)?.tree, 'result');
    const tasks = [...results, ...all(results, 'task')];
    for (const id of all(tasks, 'taskId').map(stringOf)) if (id !== undefined) this.tasks.add(id);
    const asks = all(results, 'resultType').map(stringOf).includes('input_required');
    if (asks && all(results, 'requestState').length === 1) this.limited--;
  }

  private settle(value: Record<string, unknown>, about: () => string): string {
    const id = idOf(value);
    const open = id === undefined ? undefined : this.open.get(id);
    if (id !== undefined) this.open.delete(id);
    expectThat(open !== undefined, 'no answer comes that nobody waits for', about);
    return open?.method ?? '';
  }

  /** The server has gone: everybody who still waits is answered, but for what was cancelled. */
  gone({ toServer, delivered, replies }: Outcome): void {
    const about = () => JSON.stringify([[...this.open], replies]);
    expectThat(toServer.length + delivered.length === 0, 'the end forwards nothing', about);
    for (const text of replies) this.settle(checkDelivered(Buffer.from(text)).value, about);
    const left = [...this.open.values()].filter(({ cancelled }) => !cancelled);
    expectThat(left.length === 0, 'every request gets an answer in the end', about);
    this.open.clear();
  }
}

/** Whether `id` is the only one of the line, as far as JSON.parse can read it. */
function isOnlyId(line: Buffer, id: string | undefined): boolean {
  const tree = id === undefined ? undefined : surveyOf(line.toString())?.tree;
  if (tree === undefined) return true;
  const named = all([tree], 'id').map(({ raw }) => raw && keyOf(JSON.parse(raw)));
  return named.length === 1 && named[0] === id;
}

function idOf(value: Record<string, unknown>): string | undefined {
  return keyOf(value.id);
}
