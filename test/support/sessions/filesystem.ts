// A session that uses every feature of @modelcontextprotocol/server-filesystem, in one folder.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Script } from '../recording.ts';

/**
 * The session in `<dir>/work`, which starts anew, and on `<dir>/old.txt`, which must exist: it is
 * only looked at, so that its times are the same for every session.
 */
export function filesystem(dir: string): Script {
  const work = join(dir, 'work');
  const file = join(work, 'a.txt');
  return {
    createClient() {
      const client = new Client(
        { name: 'recorder', version: '1.0.0' },
        { capabilities: { roots: { listChanged: true } } },
      );
      const replies = [[dir], [work, join(dir, 'none')]];
      client.setRequestHandler(ListRootsRequestSchema, () => ({
        roots: (replies.shift() ?? []).map(path => ({ uri: pathToFileURL(path).href })),
      }));
      return client;
    },
    async run({ client, step, until }) {
      const call = (name: string, args: Record<string, unknown>) =>
        step(`call ${name}`, () => client.callTool({ name, arguments: args }));

      rmSync(work, { recursive: true, force: true });
      mkdirSync(work);
      writeFileSync(join(work, 'pixel.png'), Buffer.from('iVBORw0KGgo=', 'base64'));
      writeFileSync(join(work, 'bytes.bin'), Buffer.from([0, 1, 254, 255]));

      await until('Updated allowed directories from MCP roots: 1');
      await step('server', () => [client.getServerVersion(), client.getServerCapabilities()]);
      await step('tools', () => client.listTools());
      await call('list_allowed_directories', {});
      await call('get_file_info', { path: join(dir, 'old.txt') });
      await call('write_file', { path: file, content: 'one\ntwo żółć 🦊 \u2028\nthree\n' });
      await call('read_text_file', { path: file });
      await call('read_text_file', { path: file, head: 1 });
      await call('read_text_file', { path: file, tail: 1 });
      await call('read_file', { path: file });
      await call('edit_file', { path: file, edits: [{ oldText: 'two', newText: '2' }] });
      await call('edit_file', { path: file, edits: [{ oldText: 'absent', newText: '' }] });
      await call('read_multiple_files', { paths: [file, join(work, 'none')] });
      await call('read_media_file', { path: join(work, 'pixel.png') });
      await call('read_media_file', { path: join(work, 'bytes.bin') });
      await call('create_directory', { path: join(work, 'b/c') });
      await call('move_file', { source: file, destination: join(work, 'b/c/d.txt') });
      await call('list_directory', { path: work });
      await call('list_directory_with_sizes', { path: work, sortBy: 'size' });
      await call('directory_tree', { path: work });
      await call('search_files', { path: work, pattern: '**/*.txt' });
      await call('read_text_file', { path: join(dir, '..', 'outside.txt') });
      await call('read_text_file', { path: 5 });
      await call('no_such_tool', { path: file });
      await step('resources, which it has none of', () => client.listResources());
      await step('roots changed', () => client.sendRootsListChanged());
      await until('Updated allowed directories from MCP roots', 2);
      await call('list_allowed_directories', {});
    },
  };
}
