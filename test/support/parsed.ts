// The value of JSON text whatever its keys are: what tests hold the product's reading against.

/**
 * The value of a text that JSON.parse accepts, by it, but for the keys: V8 may read another one where
 * there are escapes (https://github.com/nodejs/node/issues/63785). So it is given no objects.
 */
export function parsed(text: string): unknown {
  if (!text.includes('\\')) return JSON.parse(text);
  const ends: string[] = [];
  const lists = text.replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]/gu, token => {
    if (token === '[') return ends.push(']]') ? '["list",[' : '';
    if (token === '{') return ends.push(']]]') ? '["object",[[' : '';
    if (token === '}' || token === ']') return ends.pop() ?? '';
    const isBetweenMembers = token === ',' && ends.at(-1) === ']]]';
    if (isBetweenMembers) return '],[';
    return token === ':' ? ',' : token;
  });
  return fromLists(JSON.parse(lists));
}

function fromLists(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const [kind, items] = value as ['list', unknown[]] | ['object', [string, unknown][]];
  return kind === 'list'
    ? items.map(fromLists)
    : Object.fromEntries(
        items.filter(({ length }) => length > 0).map(([key, item]) => [key, fromLists(item)]),
      );
}
