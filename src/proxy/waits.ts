// What becomes of calls that wait for a person: the client answers, the queue or a program does, nobody
// does in time, or the client does not want the call any more.
import { answerOf } from '../approval/form.ts';
import type { About } from '../approval/request.ts';
import type { Message } from '../rpc/message.ts';
import type { Line, Memory, Turn } from './action.ts';
import type { Calls } from './calls.ts';
import type { Context } from './context.ts';
import { formAnswer } from './further-round.ts';
import { waitEnded } from './rows.ts';
import type { Waiting } from './wanted.ts';

type Response = Extract<Message, { kind: 'response' }>;

/** What is known of a request for approval; `unable`: the way in which the person is asked does not work. */
export interface ApprovalNews {
  readonly id: string;
  readonly step: About['step'] | 'unable';
}

export class Waits {
  constructor(
    private readonly memory: Memory,
    private readonly calls: Calls,
  ) {}

  /** The calls that wait for these requests go on, or are stopped. */
  news(context: Context, turn: Turn, news: readonly ApprovalNews[]): void {
    for (const { id, step } of news) {
      const waiting = this.memory.approving.waitingUnder(id);
      if (waiting === undefined || waiting.concluding) continue;
      if (step !== 'unable') this.calls.again(context, turn, waiting, step);
      else this.unable(context, turn, waiting);
    }
  }

  /** True where a response is to a question of the wrapper's own. */
  answered(context: Context, turn: Turn, { buffer }: Line, response: Response): boolean {
    const { approving } = this.memory;
    const waiting = approving.asking(response.id);
    if (waiting === undefined) return false;
    // Its call has ended meanwhile, or is about to.
    if (waiting === null || waiting.concluding) return true;
    approving.closed(waiting);
    const { result } = response;
    if (result === undefined) {
      const { subject } = waiting.request;
      turn.steps.push({ kind: 'note', text: `the client cannot show a question about ${subject}` });
      this.unable(context, turn, waiting);
      return true;
    }
    const answer = answerOf(formAnswer(buffer, result), waiting.request);
    this.calls.again(context, turn, waiting, answer);
    return true;
  }

  /** Ends the wait of a call that the client has cancelled; false where it is going on already. */
  cancelled(context: Context, turn: Turn, waiting: Waiting): boolean {
    if (waiting.concluding) return false;
    this.memory.pending.ended(waiting.pending);
    this.memory.approving.over(turn.steps, waiting, false);
    if (context.records) turn.demands.push(waitEnded(context, waiting));
    return true;
  }

  private unable(context: Context, turn: Turn, waiting: Waiting): void {
    if (this.memory.approving.nextWay(turn.steps, context, waiting)) return;
    this.calls.again(context, turn, waiting, 'last');
  }
}
