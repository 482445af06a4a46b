// A text of any format as a tree.
import type { Client, Format } from '../table.ts';
import { parseJson } from './json.ts';
import { parseToml } from './toml.ts';
import type { Parsed } from './tree.ts';
import { parseYaml } from './yaml.ts';

/** What a file's name says counts more than what the client's other files are. */
export function formatOf(file: string, client: Client): Format {
  const [, extension = ''] = /\.(\w+)$/.exec(file.toLowerCase()) ?? [];
  if (extension === 'toml' || extension === 'jsonc') return extension;
  if (extension === 'yaml' || extension === 'yml') return 'yaml';
  if (extension !== 'json') return client.format;
  return client.format === 'json' ? 'json' : 'jsonc';
}

/** The long texts that were read last: some files are read for many reasons, and a few megabytes take a while. */
const recent: { text: string; format: Format; client: Client; parsed: Parsed }[] = [];
const MAX_RECENT = 2;
const LONG = 100_000;

/** An empty text holds nothing, and nothing that is wrong. */
export function parseText(text: string, format: Format, client: Client): Parsed {
  const known = recent.find(
    one => one.client === client && one.format === format && one.text === text,
  );
  if (known !== undefined) return known.parsed;
  const parsed = parsedAnew(text, format, client);
  if (text.length < LONG) return parsed;
  recent.unshift({ text, format, client, parsed });
  recent.splice(MAX_RECENT);
  return parsed;
}

function parsedAnew(text: string, format: Format, client: Client): Parsed {
  if (text.trim() === '') return { tree: { kind: 'map', fields: [], style: 'block' } };
  try {
    return parseAs(format, text, client);
  } catch (error) {
    if (error instanceof RangeError)
      return { fault: { message: 'it is nested too deep', offset: 0 } };
    throw error;
  }
}

function parseAs(format: Format, text: string, { trailingCommas = true }: Client): Parsed {
  switch (format) {
    case 'yaml':
      return parseYaml(text);
    case 'toml':
      return parseToml(text);
    case 'json':
      return parseJson(text, { comments: false, trailingCommas: false });
    default:
      return parseJson(text, { comments: true, trailingCommas });
  }
}
