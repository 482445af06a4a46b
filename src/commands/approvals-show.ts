// `policy-wrap approvals show`: one request, whole.
import chalk from 'chalk';
import { unknownRequest } from '../approval/fate.ts';
import { requestId } from '../approval/id.ts';
import { ExitCode } from '../errors.ts';
import { readQueue } from '../store/queue.ts';
import { renderShown } from '../terminal/approvals.ts';
import { entryJson } from '../terminal/approvals-json.ts';
import { queueFile, type StateOptions } from './approvals.ts';

export interface ShowOptions extends StateOptions {
  readonly json?: boolean;
}

export function show(typed: string, options: ShowOptions): number {
  const id = requestId(typed);
  const entry = readQueue(queueFile(options), table => table.get(id));
  if (entry === undefined) throw unknownRequest(typed);
  const now = Date.now();
  const showing = { whole: true, columns: process.stdout.columns, chalk };
  process.stdout.write(
    options.json
      ? `${entryJson(entry, now)}\n`
      : `${renderShown(entry, now, showing).join('\n')}\n`,
  );
  return ExitCode.ok;
}
