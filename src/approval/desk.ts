// Where calls wait for a person: the queue is looked at, the time is measured, the client is told that
// they still wait, and a program may ask.
import { messageOf } from '../errors.ts';
import type { WaitingCall } from '../proxy/action.ts';
import type { ApprovalNews } from '../proxy/waits.ts';
import type { Store } from '../store/contract.ts';
import { progressLine } from './messages.ts';
import { type Asked, askProgram } from './program.ts';
import type { ApprovalRequest } from './request.ts';

/** How soon an answer from the queue is seen. */
const LOOK_MS = 100;
/** Well below what clients wait for. */
const PROGRESS_MS = 10_000;
/** Programs that ask at once: a hundred calls of an agent must fill neither the screen nor the memory. */
const MAX_PROGRAMS = 8;

export interface DeskOptions {
  readonly store: Pick<Store, 'standings' | 'withdraw'>;
  readonly env: NodeJS.ProcessEnv;
  /** Something is known of requests for approval. */
  news(news: readonly ApprovalNews[]): void;
  /** A line goes to the client. */
  tell(line: string): void;
  warn(text: string): void;
}

interface Seat {
  readonly deadline: NodeJS.Timeout;
  readonly progress: NodeJS.Timeout | undefined;
  program: Asked | undefined;
}

/** A program that waits for its turn to ask. */
interface InLine {
  readonly seat: Seat;
  readonly command: readonly [string, ...string[]];
  readonly request: ApprovalRequest;
}

export class Desk {
  private readonly seats = new Map<string, Seat>();
  private inLine: readonly InLine[] = [];
  private running = 0;
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(private readonly options: DeskOptions) {}

  wait({ id, timeoutMs, progressToken }: WaitingCall): void {
    const { news, tell } = this.options;
    this.release(id);
    let count = 0;
    const tellProgress = (token: string | number) =>
      tell(progressLine(token, ++count, `waiting for a person's approval (request ${id})`));
    this.seats.set(id, {
      deadline: setTimeout(() => news([{ id, step: 'last' }]), timeoutMs),
      progress:
        progressToken === undefined
          ? undefined
          : setInterval(() => tellProgress(progressToken), PROGRESS_MS),
      program: undefined,
    });
    this.timer ??= setInterval(() => void this.look(), LOOK_MS);
  }

  program(command: readonly [string, ...string[]], request: ApprovalRequest): void {
    const seat = this.seats.get(request.id);
    if (seat === undefined) return;
    this.inLine = [...this.inLine, { seat, command, request }];
    this.startNext();
  }

  release(id: string): void {
    const seat = this.seats.get(id);
    if (seat === undefined) return;
    this.seats.delete(id);
    clearTimeout(seat.deadline);
    clearInterval(seat.progress);
    seat.program?.stop();
    this.inLine = this.inLine.filter(one => one.seat !== seat);
    if (this.seats.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  withdraw(ids: readonly string[]): void {
    for (const id of ids) this.release(id);
    this.options.store.withdraw(ids);
  }

  private startNext(): void {
    const room = Math.max(0, MAX_PROGRAMS - this.running);
    const next = this.inLine.slice(0, room);
    this.inLine = this.inLine.slice(room);
    for (const one of next) this.start(one);
  }

  private start({ seat, command, request }: InLine): void {
    const { news, warn, env } = this.options;
    const { id } = request;
    const isWaited = () => this.seats.get(id) === seat;
    const asked = askProgram(command, request, env);
    seat.program = asked;
    this.running++;
    const ended = asked.answer.then(
      answer => isWaited() && news([{ id, step: answer }]),
      (error: unknown) => {
        if (!isWaited()) return;
        warn(`the program that asks for approval cannot be used: ${messageOf(error)}`);
        news([{ id, step: 'unable' }]);
      },
    );
    void ended.finally(() => {
      this.running--;
      this.startNext();
    });
  }

  // A queue that cannot be read is no answer: the call waits until its time is over.
  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const ids = [...this.seats.keys()];
      const standings = await this.options.store.standings(ids);
      const answered = ids.filter(id => standings.get(id) !== 'waiting' && this.seats.has(id));
      if (answered.length > 0) this.options.news(answered.map(id => ({ id, step: 'look' })));
    } catch {
      // Said when the call itself comes to need the file.
    } finally {
      this.looking = false;
    }
  }
}
