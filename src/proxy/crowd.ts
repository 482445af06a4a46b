// A client that sends far ahead of its server. One read of libuv's may bring thousands of calls before it
// looks at a reply, and what is known of each call would outgrow all else in memory.
import type { Inlet } from './inlet.ts';
import type { Session } from './session.ts';

/** Requests in flight beyond which the client is read no further, … */
const MANY = 4000;
/** … until so few are left, … */
const FEW = 2000;
/** … or so much time has gone by: a server may wait for what the client says next. Then … */
const AT_MOST_MS = 20;
/** … so many more may come before the next time: where all are slow, what comes behind them is not. */
const MORE = 2000;

export class Crowd {
  private timer: NodeJS.Timeout | undefined;
  private most = MANY;

  constructor(
    private readonly session: Pick<Session, 'inFlight'>,
    private readonly input: Pick<Inlet, 'hold' | 'release'>,
  ) {}

  /** The client has sent something. */
  grown(): void {
    if (this.timer !== undefined || this.session.inFlight <= this.most) return;
    this.input.hold('flight');
    this.timer = setTimeout(() => {
      this.most = this.session.inFlight + MORE;
      this.letGo();
    }, AT_MOST_MS).unref();
  }

  /** The server has said something. */
  shrunk(): void {
    if (this.session.inFlight > FEW) return;
    this.most = MANY;
    if (this.timer !== undefined) this.letGo();
  }

  private letGo(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.input.release('flight');
  }
}
