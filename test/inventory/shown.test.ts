// Command lines and URLs as they may be sent: what is left of them, and what is not.
import { expect, test } from 'vitest';
import { commandLineOf, shownUrl } from '../../src/inventory/shown.ts';
import { entry } from './reports.ts';

test.each<[string[], string]>([
  [['--apiKey', 'q7', 'x'], '--apiKey [redacted] x'],
  [['--password', 'two words', 'x'], '--password [redacted] x'],
  [['--password=two words'], '--password=[redacted]'],
  [['--db-password', 'q7'], '--db-password [redacted]'],
  [['--key', 'q7'], '--key [redacted]'],
  [['--pat=q7'], '--pat=[redacted]'],
  // One without a value, and names that only look like it.
  [['--auth', '--port', '80'], '--auth --port 80'],
  [['--keyboard', 'us', '--path', '/a'], '--keyboard us --path /a'],
  [
    ['mcp-remote', 'https://h.test/s/0a1b2c3d4e5f6a7b8c9d/mcp'],
    'mcp-remote https://h.test/s/[redacted]/mcp',
  ],
  [
    ['git+https://h.test/model-context-protocol/servers'],
    'git+https://h.test/model-context-protocol/servers',
  ],
])('%j', (args, line) => expect(commandLineOf(entry({ command: 'x', args }))).toBe(`x ${line}`));

test.each([
  [
    'https://h.test/api/mcp/s/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f/mcp',
    'https://h.test/api/mcp/s/[redacted]/mcp',
  ],
  ['https://h.test/v1/kQ3vW9zL0pRt5YxN==/sse?x=1', 'https://h.test/v1/[redacted]/sse?…'],
  ['https://api.githubcopilot.com/mcp/', 'https://api.githubcopilot.com/mcp/'],
  ['http://127.0.0.1:8080/organisations/mcp', 'http://127.0.0.1:8080/organisations/mcp'],
])('%s', (url, shown) => expect(shownUrl(url)).toBe(shown));
