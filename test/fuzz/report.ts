// A finding as text: an entry for the corpus where it is one client's lines, and a conversation.
import { isUtf8 } from 'node:buffer';
import type { Scenario } from './conversation.ts';
import type { Finding } from './finding.ts';

export function reportOf(scenario: Scenario, { promise, message }: Finding): string {
  const { events, rules, cap, cuts, goneBefore } = scenario;
  const name = JSON.stringify(promise);
  const lines = events.map(
    ({ from, bytes, storeFails = false }) =>
      `      { from: '${from}', bytes: ${literal(bytes)}${storeFails ? ', storeFails: true' : ''} },`,
  );
  const sent = Buffer.concat(events.map(({ bytes }) => bytes));
  const entry = events.every(({ from }) => from === 'client')
    ? ['for test/wire:', `  bad(${name}, ${literal(withoutLf(sent))}),`]
    : [];
  return [
    `broken: ${message}`,
    ...entry,
    'for test/fuzz/conversations.ts:',
    '  {',
    `    name: ${name},`,
    `    rules: ${rules}, cap: ${cap}, cuts: [${cuts.join(', ')}], goneBefore: ${goneBefore},`,
    '    events: [',
    ...lines,
    '    ],',
    '  },',
    '',
  ].join('\n');
}

function withoutLf(bytes: Buffer): Buffer {
  return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
}

/** Source text of these bytes: a string where they are one. */
function literal(bytes: Buffer): string {
  if (!isUtf8(bytes)) return `Buffer.from('${bytes.toString('hex')}', 'hex')`;
  return JSON.stringify(bytes.toString()).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
