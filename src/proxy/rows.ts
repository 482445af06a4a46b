// What is recorded: of calls that are judged, of what is refused before any rule is asked, of rules that
// change.
import type { Wanted } from '../approval/request.ts';
import { MAX_NAME, type RecordRow, RULES_METHOD, shorten } from '../audit/record.ts';
import { redactName, redactReason } from '../audit/redact.ts';
import type { Verdict } from '../policy/verdict.ts';
import type { Demand } from '../store/contract.ts';
import type { Context } from './context.ts';
import type { Judged } from './judge.ts';
import { verdictOf } from './verdict.ts';
import type { Waiting } from './wanted.ts';

/** The request behind a row. */
export interface About {
  readonly method: string;
  /** Redacted already: nothing of any length is to be done while the state file is locked. */
  readonly arguments: string | null;
}

/** What a judged call asks of the store. */
export function demandFor(
  context: Context,
  judged: Judged,
  about: About,
  approval?: Wanted,
): Demand {
  return {
    limits: judged.limits,
    take: !judged.stopped || approval !== undefined,
    approval,
    row(decided) {
      // A call that waits is not decided on.
      if (decided.approval?.kind === 'asked') return undefined;
      return rowOf(context, verdictOf(judged, decided), decided.granted, about);
    },
  };
}

/** A row for something that is refused before any rule is asked. */
export function refusal(context: Context, method: string, reason: string): Demand {
  const name = shorten(method, MAX_NAME);
  return denialRow(context, {
    effect: 'deny',
    subject: name,
    category: null,
    layer: 'protocol',
    key: null,
    reason,
    limits: [],
    approval: null,
  });
}

/** A row for a call that the client cancelled while it waited for a person. */
export function waitEnded(context: Context, { request, pending }: Waiting): Demand {
  const { subject, category, id } = request;
  const verdict: Verdict = {
    ...{ effect: 'require_approval', subject: shorten(subject, MAX_NAME), category },
    ...{ layer: 'protocol', key: null, reason: 'the client cancelled it while it waited' },
    ...{ limits: [], approval: id },
  };
  const about = { method: pending.method, arguments: null };
  return { limits: [], take: false, row: () => rowOf(context, verdict, false, about) };
}

/** A row for a verdict that needs no store; `forwarded` where it is only observed. */
export function denialRow(context: Context, verdict: Verdict, forwarded = false): Demand {
  const about = { method: verdict.subject, arguments: null };
  return { limits: [], take: false, row: () => rowOf(context, verdict, forwarded, about) };
}

/** What a row about a file of the policy says: taken on, or not, and why. */
export interface RulesNews {
  readonly effect: 'allow' | 'deny';
  readonly layer: string;
  /** The file. */
  readonly name: string;
  readonly reason: string | null;
}

/** A row for rules that changed, or would have. */
export function rulesRow(context: Context, { name, ...news }: RulesNews): Demand {
  const rest = { category: null, key: null, limits: [], approval: null };
  const verdict = { ...news, subject: shorten(name, MAX_NAME), ...rest };
  const about = { method: RULES_METHOD, arguments: null };
  return { limits: [], take: false, row: () => rowOf(context, verdict, false, about) };
}

function rowOf(
  context: Context,
  verdict: Verdict,
  forwarded: boolean,
  about: About,
): RecordRow | undefined {
  if (!context.records) return undefined;
  return {
    facts: context.facts(),
    at: context.now(),
    method: about.method,
    verdict: redacted(verdict),
    forwarded,
    arguments: about.arguments,
  };
}

function redacted(verdict: Verdict): Verdict {
  const subject = redactName(verdict.subject);
  // A reason may be made of arguments.
  const reason = verdict.reason && redactReason(verdict.reason);
  const isSame = subject === verdict.subject && reason === verdict.reason;
  return isSame ? verdict : { ...verdict, subject, reason };
}
