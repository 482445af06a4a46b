// Intercept policies for tests, as their users write them.
import { expect } from 'vitest';
import type { InterceptDocument } from '../../src/import/document.ts';
import { type Imported, importIntercept } from '../../src/import/intercept.ts';
import { readIntercept } from '../../src/import/read.ts';

/** The document in a text, or in an object to which `version` is added. */
export async function documentOf(source: string | object): Promise<InterceptDocument> {
  const text = typeof source === 'string' ? source : JSON.stringify({ version: '1', ...source });
  const read = await readIntercept('intercept.yaml', text);
  expect('problems' in read ? read.problems : []).toEqual([]);
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return read.document;
}

export async function imported(source: string | object): Promise<Imported> {
  return importIntercept(await documentOf(source));
}
