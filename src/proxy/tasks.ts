// Tasks: each belongs to the tool call that made it, and with that to the policy that let it pass.
import { LONGEST_NAME } from '../policy/subject.ts';
import { member, readString } from '../rpc/message.ts';
import type { Member } from '../rpc/scan.ts';
import { partsOf } from '../rpc/walk.ts';

/** More than this one session does not keep track of; the oldest are then treated as unknown. */
const MAX_TASKS = 10_000;

export class Tasks {
  private readonly made = new Set<string>();

  /** True where a call of this session, let through by the policy, made the task. */
  owns(id: string): boolean {
    return this.made.has(id);
  }

  /** Notes the task that a result of an allowed `tools/call` hands out, where it does. */
  note(buffer: Buffer, result: readonly Member[]): void {
    const task = member(result, 'task');
    const type = member(result, 'resultType');
    if (task === undefined && type === undefined) return;
    // A result names one task; a server may repeat the key, and make the name as long as it likes.
    const ids = new Set(taskIds(buffer, result));
    const [id] = ids;
    if (id === undefined || ids.size > 1 || id.length > LONGEST_NAME) return;
    this.made.add(id);
    const [oldest] = this.made;
    if (this.made.size > MAX_TASKS && oldest !== undefined) this.made.delete(oldest);
  }
}

// 2025-11-25: `{"task": {"taskId"}}`. The extension of 2026-07-28: `{"resultType": "task", "taskId"}`.
function taskIds(buffer: Buffer, result: readonly Member[]): string[] {
  const task = member(result, 'task');
  const inner = task === undefined ? [] : partsOf(buffer, task.start);
  const type = member(result, 'resultType');
  const isTask = type !== undefined && readString(buffer, type.start, type.end) === 'task';
  return [...inner, ...(isTask ? result : [])]
    .filter(({ key }) => key === 'taskId')
    .map(({ start, end }) => readString(buffer, start, end))
    .filter(id => id !== undefined);
}
