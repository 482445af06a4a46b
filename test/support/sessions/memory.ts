// A session that uses every feature of @modelcontextprotocol/server-memory.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Script } from '../recording.ts';

const uri = 'memory://knowledge-graph';

export const memory: Script = {
  createClient: () => new Client({ name: 'recorder', version: '1.0.0' }),
  async run({ client, step, until }) {
    const call = (name: string, args: Record<string, unknown>) =>
      step(`call ${name}`, () => client.callTool({ name, arguments: args }));

    await step('server', () => [client.getServerVersion(), client.getServerCapabilities()]);
    await step('tools', () => client.listTools());
    await step('prompts, which it has none of', () => client.listPrompts());
    await step('resources', () => client.listResources());
    await step('subscribe', () => client.subscribeResource({ uri }));
    await call('create_entities', {
      entities: [
        { name: 'Ada', entityType: 'person', observations: ['likes engines', 'żółć 🦊 \u2028'] },
        { name: 'Engine', entityType: 'machine', observations: [] },
      ],
    });
    await until('notifications/resources/updated');
    await call('create_relations', {
      relations: [{ from: 'Ada', to: 'Engine', relationType: 'wrote for' }],
    });
    await call('add_observations', {
      observations: [{ entityName: 'Ada', contents: ['was first'] }],
    });
    await call('add_observations', { observations: [{ entityName: 'Bob', contents: ['no'] }] });
    await call('create_entities', { entities: 'not a list' });
    await call('no_such_tool', {});
    await call('search_nodes', { query: 'engine' });
    await call('open_nodes', { names: ['Ada'] });
    await step('read', () => client.readResource({ uri }));
    await step('unsubscribe', () => client.unsubscribeResource({ uri }));
    await call('delete_observations', {
      deletions: [{ entityName: 'Ada', observations: ['likes engines'] }],
    });
    await call('delete_relations', {
      relations: [{ from: 'Ada', to: 'Engine', relationType: 'wrote for' }],
    });
    await call('delete_entities', { entityNames: ['Engine'] });
    await call('read_graph', {});
    await step('read nothing', () => client.readResource({ uri: 'memory://none' }));
  },
};
