// Why a file cannot be read, in words: Node says it in those of the operating system's calls.
import { messageOf } from '../errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'its links lead in a circle',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the disk is read-only',
  EBUSY: 'another program uses it',
};

/** `error` is what reading a file or looking for it threw. */
export function whyUnreadable(error: unknown): string {
  const { code = '' } = (error ?? {}) as NodeJS.ErrnoException;
  return REASONS[code] ?? messageOf(error);
}
