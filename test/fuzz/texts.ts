// Promises about a single line: the scanner against JSON.parse, and what reads accepted lines.
import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { isNeutral, neutralise } from '../../src/rpc/neutral.ts';
import { salvage } from '../../src/rpc/salvage.ts';
import { emptySpans, STRICT, scanJson, scanMessage, TOLERANT } from '../../src/rpc/scan.ts';
import { elementsOf, membersOf, skipSpace } from '../../src/rpc/walk.ts';
import { parsed } from '../support/parsed.ts';
import { expectThat } from './finding.ts';
import { accepted, expectedBytes, keyOf, readingOf } from './reading.ts';
import { surveyOf, type Tree } from './tree.ts';

const spans = emptySpans();
const PARTS = ['jsonrpc', 'id', 'method', 'params', 'result', 'error'] as const;

/** Checks one line without its LF. */
export function checkText(line: Buffer): void {
  // As in a stream: something stands before it and behind it.
  const buffer = Buffer.concat([Buffer.from('"\n'), line, Buffer.from('\n}')]);
  const start = 2;
  const end = start + line.length;
  const text = line.toString('utf8');
  const shown = () => JSON.stringify(text);

  const found = salvage(buffer, start, end);
  if (!isUtf8(line)) return;
  const expected = accepted(text, 'client') !== undefined;
  const strict = scanJson(buffer, start, end, STRICT) === undefined;
  expectThat(strict === expected, 'the scanner takes what JSON.parse takes, but for …', shown);
  const tree = accepted(text, 'server');
  const tolerant = scanJson(buffer, start, end, TOLERANT) === undefined;
  expectThat(tolerant === (tree !== undefined), 'the same of a server’s line', shown);
  const whole = scanMessage(buffer, start, end, spans, STRICT) === undefined;
  const isObject = tree?.kind === 'object';
  expectThat(whole === (expected && isObject), 'a message is an object that is taken', shown);
  if (tree === undefined) return;

  if (whole) checkSpans(buffer, tree, shown);
  const at = skipSpace(buffer, start);
  checkWalk(buffer, at, tree, shown);
  const copy = neutralise(buffer, start, end).toString();
  expectThat(copy === `${expectedBytes(line)}\n`, 'breaks are made harmless', shown);
  const isSame = copy === `${text}\n`;
  expectThat(isNeutral(buffer, start, end) === isSame, 'breaks are seen', shown);
  const isEqual = isSame || isDeepStrictEqual(parsed(copy), parsed(text));
  expectThat(isEqual, 'a line without breaks has the same value', shown);
  const reading = readingOf(line, 'server');
  if (found !== undefined && 'id' in reading)
    expectThat(keyOf(found.id) === reading.id, 'what is salvaged is the id', shown);
}

function checkSpans(buffer: Buffer, tree: Tree, shown: () => string): void {
  for (const name of PARTS) {
    const [from, to] = [spans[`${name}Start`], spans[`${name}End`]];
    const value = tree.members.find(([key]) => key === name)?.[1];
    expectThat(from < 0 === (value === undefined), 'each part is found', shown);
    if (value === undefined) continue;
    const span = buffer.toString('utf8', from, to);
    const found = value.kind === 'scalar' ? span : JSON.stringify(surveyOf(span)?.tree);
    const expected = value.kind === 'scalar' ? value.raw : JSON.stringify(value);
    expectThat(found === expected, 'the span of a part is that part', shown);
  }
}

function checkWalk(buffer: Buffer, at: number, tree: Tree, shown: () => string): void {
  const keys = membersOf(buffer, at).map(({ key }) => key);
  const right = keys.join() === tree.members.map(([key]) => key).join();
  expectThat(right, 'each member is walked to', shown);
  for (const [i, { value }] of membersOf(buffer, at).entries()) {
    const member = tree.members[i]?.[1];
    if (member !== undefined) checkWalk(buffer, value.start, member, shown);
  }
  const elements = elementsOf(buffer, at);
  expectThat(elements.length === tree.items.length, 'each element is walked to', shown);
  for (const [i, { start, end }] of elements.entries()) {
    const item = tree.items[i];
    if (item === undefined) continue;
    if (item.kind === 'scalar')
      expectThat(buffer.toString('utf8', start, end) === item.raw, 'an element is whole', shown);
    checkWalk(buffer, start, item, shown);
  }
}
