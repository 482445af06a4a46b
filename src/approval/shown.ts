// A request in words, as a person reads it in a form, in a terminal or in a dialog: nothing of it moves
// the cursor, hides or reorders text, and what is cut says so.
import { membersOf } from '../rpc/walk.ts';
import { escapeText } from '../terminal/escape.ts';
import type { ApprovalRequest } from './request.ts';

/** Characters of one argument that are shown. */
const MAX_VALUE = 400;
/** Of all of them together. */
const MAX_ALL = 4000;
/** Arguments that are shown by name. */
const MAX_NAMES = 30;

/** One line each. `whole` shows arguments at any length. */
export function renderRequest(request: ApprovalRequest, whole = false): string[] {
  const { id, server, subject, category, reason } = request;
  const shown = shownArguments(request, whole);
  const what = cutName(subject, whole ? Number.POSITIVE_INFINITY : MAX_VALUE).text;
  return [
    `${what} on ${escapeText(server)}${category === null ? '' : ` (${category})`}`,
    ...(reason === null ? [] : [`why it is asked: ${escapeText(reason)}`]),
    ...shown.lines,
    ...(shown.isCut ? ['not all of it is shown here'] : []),
    `request ${id}`,
  ];
}

/**
 * A name that the agent has chosen, in quotes where it could be read as more than a name, and with
 * letters that look like others as escapes.
 */
export function shownName(name: string, plain = PLAIN_SUBJECT): string {
  if (plain.test(name)) return name;
  return JSON.stringify(name).replace(
    /[^ -~]/g,
    c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const PLAIN_SUBJECT = /^[\w.:/@+$-]+$/;
/** A colon stands behind the name of an argument. */
const PLAIN_ARGUMENT = /^[\w./@+$-]+$/;

/** True where nothing of the arguments has to be cut. */
export function isShownWhole(request: ApprovalRequest): boolean {
  return !shownArguments(request, false).isCut && !cutName(request.subject, MAX_VALUE).isCut;
}

interface Shown {
  readonly lines: readonly string[];
  readonly isCut: boolean;
}

function shownArguments(request: ApprovalRequest, whole: boolean): Shown {
  const args = section('arguments', request.arguments, whole);
  const also = request.also === null ? NOTHING : section('also sent', request.also, whole);
  return { lines: [...args.lines, ...also.lines], isCut: args.isCut || also.isCut };
}

const NOTHING: Shown = { lines: [], isCut: false };

function section(title: string, json: string | null, whole: boolean): Shown {
  if (json === null || json === '{}') return { lines: [`no ${title}`], isCut: false };
  const members = namedValues(json);
  const lines: string[] = [];
  let left = MAX_ALL;
  let isCut = false;
  for (const [i, [name, value]] of members.entries()) {
    if (!whole && (left <= 0 || i >= MAX_NAMES)) {
      lines.push(`  … and ${members.length - i} more`);
      return { lines: [`${title}:`, ...lines], isCut: true };
    }
    const line = shownMember(
      name,
      value,
      whole ? Number.POSITIVE_INFINITY : Math.min(MAX_VALUE, left),
    );
    isCut ||= line.isCut;
    left -= line.text.length;
    lines.push(`  ${line.text}`);
  }
  return { lines: [`${title}:`, ...lines], isCut };
}

function shownMember(name: string, value: string, most: number): Cut {
  const title = cutName(name, most, PLAIN_ARGUMENT);
  const content = cut(value, most);
  return { text: `${title.text}: ${content.text}`, isCut: title.isCut || content.isCut };
}

interface Cut {
  readonly text: string;
  readonly isCut: boolean;
}

function cutName(name: string, most: number, plain = PLAIN_SUBJECT): Cut {
  return cut(name, most, text => shownName(text, plain));
}

// By what is seen: an escape is longer than the character that it stands for.
function cut(text: string, most: number, show = escapeText): Cut {
  const all = show(text);
  if (all.length <= most) return { text: all, isCut: false };
  let kept = text.slice(0, most);
  while (kept !== '' && show(kept).length > most)
    kept = kept.slice(0, Math.floor(kept.length * 0.9));
  const rest = `… (${text.length} characters, SHA-256 ${digest(text)})`;
  return { text: show(kept) + rest, isCut: true };
}

// Two texts of one digest would pass for each other: half of it is found twice by nobody.
function digest(text: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

// Values as JSON text, numbers as they were written: `JSON.parse` would change some.
function namedValues(json: string): [name: string, value: string][] {
  const bytes = Buffer.from(json);
  if (bytes[0] !== 0x7b) return [['value', json]];
  return membersOf(bytes, 0).map(({ key, value }) => [
    key,
    bytes.toString('utf8', value.start, value.end),
  ]);
}
