// Carrying out a session's actions, in order.
import type { ApprovalRequest } from '../approval/request.ts';
import { redactReason, redactText } from '../audit/redact.ts';
import { part } from '../rpc/frame.ts';
import type { Demand, Settled } from '../store/contract.ts';
import type { Action, WaitingCall } from './action.ts';

export interface Effects {
  /** Bytes go on to the other side. */
  forward(bytes: Buffer): void;
  /** A line goes to the client. */
  reply(text: string): void;
  /** A line goes to the server. */
  answer(text: string): void;
  settle(settled: readonly Settled[]): void;
  record(demands: readonly Demand[]): void;
  /** Where calls wait for a person. */
  readonly desk: DeskEffects;
  denied(text: string): void;
  note(text: string): void;
}

export interface DeskEffects {
  wait(call: WaitingCall): void;
  /** A program is to ask for a call that waits. */
  program(command: readonly [string, ...string[]], request: ApprovalRequest): void;
  release(id: string): void;
  withdraw(ids: readonly string[]): void;
}

/** Adjacent lines of one buffer go out as one write, ends and records in one piece. */
export function perform(actions: readonly Action[], effects: Effects): void {
  const settled: Settled[] = [];
  const demands: Demand[] = [];
  const withdrawn: string[] = [];
  let run: Run | undefined;
  for (const action of actions) {
    if (action.kind === 'forward') {
      const { buffer, start, end } = action;
      if (run?.buffer === buffer && run.end === start) run.end = end;
      else {
        if (run !== undefined) forward(run, effects);
        run = { buffer, start, end };
      }
    } else if (action.kind === 'settle') settled.push(action.settled);
    else if (action.kind === 'record') demands.push(action.demand);
    else if (action.kind === 'withdraw') withdrawn.push(...action.ids);
    else say(action, effects);
  }
  if (run !== undefined) forward(run, effects);
  // All at once: a state file that is locked would make each of them wait.
  if (withdrawn.length > 0) effects.desk.withdraw(withdrawn);
  if (settled.length > 0) effects.settle(settled);
  if (demands.length > 0) effects.record(demands);
}

interface Run {
  readonly buffer: Buffer;
  readonly start: number;
  end: number;
}

function forward({ buffer, start, end }: Run, effects: Effects): void {
  effects.forward(part(buffer, start, end));
}

function say(
  action: Exclude<Action, { kind: 'forward' | 'settle' | 'record' | 'withdraw' }>,
  effects: Effects,
): void {
  switch (action.kind) {
    case 'reply':
      return effects.reply(action.text);
    case 'answer':
      return effects.answer(action.text);
    case 'denied': {
      const { effect, subject, reason } = action.verdict;
      return effects.denied(
        `${effect} ${redactText(subject)}${reason === null ? '' : `: ${redactReason(reason)}`}`,
      );
    }
    case 'note':
      return effects.note(action.text);
    case 'wait':
      return effects.desk.wait(action.call);
    case 'program':
      return effects.desk.program(action.command, action.request);
    case 'release':
      return effects.desk.release(action.id);
  }
}
