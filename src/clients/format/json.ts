// JSON, with comments and trailing commas or without, as a tree.
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { DUPLICATE, type Fault, type Field, type Parsed, type Tree } from './tree.ts';

export interface Strictness {
  readonly comments: boolean;
  readonly trailingCommas: boolean;
}

export function parseJson(text: string, { comments, trailingCommas }: Strictness): Parsed {
  const strictly = { disallowComments: !comments, allowTrailingComma: trailingCommas };
  const loose: ParseError[] = [];
  const strict = parseTree(text, loose, strictly);
  const errors: ParseError[] = [];
  const isStrict = loose.length === 0 && strict !== undefined;
  const root = isStrict ? strict : parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined || root === undefined)
    return { fault: error === undefined ? { message: 'it is empty', offset: 0 } : said(error) };
  const twins: Fault[] = [];
  const tree = treeOf(root, twins);
  const [twin] = twins;
  if (twin !== undefined) return { fault: twin };
  const [first] = loose;
  return first === undefined ? { tree } : { tree, loose: looseness(text, first) };
}

function looseness(text: string, error: ParseError): Fault {
  const { message, offset } = said(error);
  return /^[,\]}]/.test(text.slice(offset).trimStart())
    ? { message: 'a comma too many before this', offset }
    : { message, offset };
}

function treeOf(node: Node, twins: Fault[]): Tree {
  const span = { start: node.offset, end: node.offset + node.length };
  const { children = [] } = node;
  if (node.type === 'array')
    return {
      kind: 'list',
      items: children.map(child => treeOf(child, twins)),
      span,
      style: 'flow',
    };
  if (node.type !== 'object') return { kind: 'leaf', value: node.value, span };
  const seen = new Set<string>();
  const fields = children.flatMap(({ children: [key, value] = [] }): Field[] => {
    if (key === undefined || value === undefined) return [];
    const name = String(key.value);
    if (seen.has(name)) twins.push({ message: DUPLICATE, offset: key.offset });
    seen.add(name);
    const keySpan = { start: key.offset, end: key.offset + key.length };
    return [{ key: name, keySpan, value: treeOf(value, twins) }];
  });
  return { kind: 'map', fields, style: 'flow' };
}

const SAID: Record<string, string> = {
  InvalidSymbol: 'a word that JSON does not have',
  InvalidNumberFormat: 'a number that JSON does not have',
  PropertyNameExpected: 'expected a key in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected `:`',
  CommaExpected: 'expected `,`',
  CloseBraceExpected: 'expected `}`',
  CloseBracketExpected: 'expected `]`',
  EndOfFileExpected: 'there is more behind the end of the document',
  InvalidCommentToken: 'a comment, which this client does not read',
  UnexpectedEndOfComment: 'the comment has no end',
  UnexpectedEndOfString: 'the text has no closing quote',
  UnexpectedEndOfNumber: 'the number has no end',
  InvalidUnicode: 'a wrong `\\u` escape',
  InvalidEscapeCharacter: 'a wrong escape: a backslash that means itself is written `\\\\`',
  InvalidCharacter: 'a character that must be written as an escape',
};

function said({ error, offset }: ParseError): Fault {
  const code = printParseErrorCode(error);
  return { message: SAID[code] ?? code, offset };
}
