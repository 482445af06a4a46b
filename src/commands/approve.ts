// `policy-wrap approve`: a person's yes to one request.
import { lastingChoice } from '../approval/form.ts';
import type { ApprovalRequest } from '../approval/request.ts';
import { askYes, requireTerminal, requireViewer } from '../terminal/terminal.ts';
import { answering } from './answering.ts';
import type { StateOptions } from './approvals.ts';

export interface ApproveOptions extends StateOptions {
  readonly remember?: boolean;
  readonly yes?: boolean;
}

export async function approve(id: string, options: ApproveOptions): Promise<number> {
  requireTerminal();
  // Typed, the answer comes from the terminal in any case.
  if (options.yes) requireViewer();
  const lasts = options.remember === true;
  const answer = { yes: true, by: 'a terminal', note: null, lasts } as const;
  return answering(
    id,
    answer,
    options,
    async request => options.yes === true || askYes(questionFor(request, lasts)),
  );
}

function questionFor(request: ApprovalRequest, lasts: boolean): string {
  const lasting = lasts ? lastingChoice(request) : undefined;
  return `${lasting ?? 'approve'}?`;
}
