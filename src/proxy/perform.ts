// Carrying out a session's actions, in order.
import { redactText } from '../audit/redact.ts';
import type { Demand, Settled } from '../store/contract.ts';
import type { Action } from './action.ts';

export interface Effects {
  /** Bytes go on to the other side. */
  forward(bytes: Buffer): void;
  /** A line goes to the client. */
  reply(text: string): void;
  /** A line goes to the server. */
  answer(text: string): void;
  settle(settled: readonly Settled[]): void;
  record(demands: readonly Demand[]): void;
  denied(text: string): void;
  note(text: string): void;
}

/** Adjacent lines of one buffer go out as one write, ends and records in one piece. */
export function perform(actions: readonly Action[], effects: Effects): void {
  const settled: Settled[] = [];
  const demands: Demand[] = [];
  let run: { buffer: Buffer; start: number; end: number } | undefined;
  const flush = () => {
    if (run !== undefined) effects.forward(run.buffer.subarray(run.start, run.end));
    run = undefined;
  };
  for (const action of actions) {
    switch (action.kind) {
      case 'forward':
        if (run?.buffer === action.buffer && run.end === action.start) run.end = action.end;
        else {
          flush();
          run = { buffer: action.buffer, start: action.start, end: action.end };
        }
        break;
      case 'reply':
        effects.reply(action.text);
        break;
      case 'answer':
        effects.answer(action.text);
        break;
      case 'settle':
        settled.push(action.settled);
        break;
      case 'record':
        demands.push(action.demand);
        break;
      case 'denied': {
        const { effect, subject, reason } = action.verdict;
        effects.denied(`${effect} ${redactText(subject)}${reason === null ? '' : `: ${reason}`}`);
        break;
      }
      case 'note':
        effects.note(action.text);
    }
  }
  flush();
  if (settled.length > 0) effects.settle(settled);
  if (demands.length > 0) effects.record(demands);
}
