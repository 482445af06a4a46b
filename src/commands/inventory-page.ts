// The inventory's page as a file.
import { readFileSync, writeFileSync } from 'node:fs';
import { messageOf, PolicyWrapError } from '../errors.ts';
import { PAGE_START, renderPage } from '../inventory/page.ts';
import type { Inventory } from '../inventory/report.ts';
import { escapeText } from '../terminal/escape.ts';

/** Replaces a page of ours; throws where another file is in its place. */
export function writePage(file: string, inventory: Inventory): void {
  const before = readIfThere(file);
  if (before !== undefined && !before.startsWith(PAGE_START))
    throw failure(file, 'there is a file that is no inventory', 'name another one');
  try {
    // It tells what is on this machine: for its owner, until they send it.
    writeFileSync(file, renderPage(inventory), { mode: 0o600 });
  } catch (error) {
    throw failure(file, messageOf(error), 'check the folder and its rights');
  }
  process.stderr.write(`policy-wrap: written to ${escapeText(file)}\n`);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure(file, messageOf(error), 'name another file');
  }
}

function failure(file: string, why: string, help: string): PolicyWrapError {
  return new PolicyWrapError('PW_USAGE', `--html: cannot write ${file}: ${why}`, { help });
}
