// Where in a policy document something stands: `tools.a.limits[0].max`.

export type Path = readonly (string | number)[];

/** `tools.a.limits[0].max`, with names that are no identifiers in quotes. */
export function describePath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w*?:/-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}
