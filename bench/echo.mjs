// A plain MCP-shaped server: answers each line that has an id with a small result.
import { createInterface } from 'node:readline';

createInterface({ input: process.stdin }).on('line', line => {
  const { id } = JSON.parse(line);
  if (id === undefined) return;
  const result = { content: [{ type: 'text', text: 'ok' }] };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
});
