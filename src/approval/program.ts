// A program of the user's that asks a person: it gets the request as JSON on its input, and its exit code
// is the answer. 0 is a yes, 1 a no, and so is everything else.
import { homedir } from 'node:os';
import { withoutSettings } from '../config/options.ts';
import { type Exit, startChild } from '../proxy/child.ts';
import { relayToStderr } from '../terminal/stderr.ts';
import { spliced } from './json.ts';
import type { Answer, ApprovalRequest } from './request.ts';
import { renderRequest } from './shown.ts';

export interface Asked {
  /** Rejects where the program does not start. */
  readonly answer: Promise<Answer>;
  /** Nobody waits for its answer any more: it is ended. */
  stop(): void;
}

export function askProgram(
  [program, ...args]: readonly [string, ...string[]],
  request: ApprovalRequest,
  env: NodeJS.ProcessEnv,
): Asked {
  try {
    const child = startChild(inHome(program), args, withoutSettings(env));
    child.stdin.end(`${requestJson(request)}\n`);
    child.stdout.resume();
    relayToStderr(child.stderr);
    return { answer: child.ended.then(answerOf), stop: () => void child.kill() };
  } catch (error) {
    return { answer: Promise.reject(error), stop() {} };
  }
}

function inHome(program: string): string {
  return program.replace(/^~(?=[\\/])/, () => homedir());
}

function answerOf({ code, signal }: Exit): Answer {
  const how = signal === null ? `with exit code ${code}` : `by signal ${signal}`;
  const note = code === 0 || code === 1 ? null : `the program that was to ask ended ${how}`;
  return { yes: code === 0, by: 'the program', note, lasts: false };
}

/**
 * One line: `{"id", "server", "tool", "subject", "category", "reason", "arguments", "also", "text",
 * "expiresAt"}`. `arguments` are as the call has them, numbers as they were written; `text` is all of it
 * in words, safe to be shown.
 */
export function requestJson(request: ApprovalRequest): string {
  const { id, server, tool, subject, category, reason, expiresAt } = request;
  const plain = {
    ...{ id, server, tool, subject, category, reason },
    text: renderRequest(request).join('\n'),
    expiresAt: new Date(expiresAt).toISOString(),
  };
  return spliced(plain, { arguments: request.arguments, also: request.also });
}
