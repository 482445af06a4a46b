// The question as a client shows it: what is wanted, and a choice without a default.
import type { ApprovalTerms } from '../policy/approval.ts';
import { describeWindow, parseWindow } from '../policy/window.ts';
import type { Answer, ApprovalRequest } from './request.ts';
import { isShownWhole, renderRequest, shownName } from './shown.ts';

const ONCE = 'approve once';
const DENY = 'deny';

/** The parameters of `elicitation/create`: a form, as all versions from 2025-06-18 on know it. */
export function formFor(request: ApprovalRequest): object {
  return {
    message: `An agent asks for your approval.\n\n${renderRequest(request).join('\n')}`,
    requestedSchema: {
      type: 'object',
      properties: {
        decision: {
          type: 'string',
          title: 'Decision',
          description: `May ${shownName(request.subject)} go on?`,
          enum: choicesFor(request),
        },
      },
      required: ['decision'],
    },
  };
}

function choicesFor(request: ApprovalRequest): string[] {
  const lasting = lastingChoice(request);
  // A client that chooses the first by itself must have said no.
  return [DENY, ONCE, ...(lasting === undefined ? [] : [lasting])];
}

// What the person has not seen whole is approved for one call only.
export function lastingChoice(request: ApprovalRequest): string | undefined {
  const { remember } = request;
  if (remember === 'once' || !isShownWhole(request)) return undefined;
  if (remember === 'session') return 'approve the same call for this session';
  return `approve the same call for ${lengthText(remember)}`;
}

/** `15 minutes`. */
export function lengthText(ms: number): string {
  const window = parseWindow(Math.max(1, Math.round(ms / 1000)));
  const text = window === undefined ? `${ms} ms` : describeWindow(window);
  return /^\d/.test(text) ? text : `1 ${text}`;
}

/**
 * What the client's result says; `undefined` where it could not ask. `result` is its JSON value.
 * Anything but a choice that was offered is a no.
 */
export function answerOf(result: unknown, request: ApprovalRequest): Answer {
  const no = (note: string | null): Answer => ({
    yes: false,
    by: 'the client',
    note,
    lasts: false,
  });
  const action = propertyOf(result, 'action');
  if (action === 'decline') return no(null);
  if (action !== 'accept') return no('the question was closed without an answer');
  const decision = propertyOf(propertyOf(result, 'content'), 'decision');
  if (decision === ONCE) return { yes: true, by: 'the client', note: null, lasts: false };
  if (typeof decision === 'string' && decision === lastingChoice(request))
    return { yes: true, by: 'the client', note: null, lasts: true };
  return decision === DENY ? no(null) : no('the form came back without a decision');
}

function propertyOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** What an unlimited memory comes to in a request. */
export function lastingOf({ remember }: ApprovalTerms): ApprovalRequest['remember'] {
  return typeof remember === 'string' ? remember : remember.ms;
}
