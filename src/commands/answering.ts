// What `approve` and `deny` share: the request is shown, and answered if it still can be.
import chalk from 'chalk';
import { unknownRequest, whyNot } from '../approval/fate.ts';
import { requestId } from '../approval/id.ts';
import type { Answer, ApprovalRequest } from '../approval/request.ts';
import { ExitCode } from '../errors.ts';
import { answerRequest, readQueue } from '../store/queue.ts';
import { renderAnswered, renderShown } from '../terminal/approvals.ts';
import { terminal } from '../terminal/terminal.ts';
import { queueFile, type StateOptions } from './approvals.ts';

/** `confirm` asks the person once more, after they have seen it. */
export async function answering(
  typed: string,
  answer: Answer,
  options: StateOptions,
  confirm: (request: ApprovalRequest) => Promise<boolean>,
): Promise<number> {
  const file = queueFile(options);
  const id = requestId(typed);
  const entry = readQueue(file, table => table.get(id));
  const seen = Date.now();
  if (entry === undefined) throw unknownRequest(typed);
  const problem = whyNot(id, entry, answer, seen);
  if (problem !== undefined) throw problem;
  const { columns } = terminal();
  for (const line of renderShown(entry, seen, { whole: false, columns, chalk }))
    terminal().write(`${line}\n`);
  if (!(await confirm(entry.request))) {
    process.stdout.write('not answered: the request is as it was\n');
    return ExitCode.failed;
  }
  const { before, after, at } = answerRequest(file, entry.request, answer, Date.now);
  process.stdout.write(`${renderAnswered(before, after, answer, at)}\n`);
  return ExitCode.ok;
}
