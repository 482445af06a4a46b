// What a person reviews: name, description, schema and annotations together; and what may only raise.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BY_CAUTION, RISKS } from '../../src/policy/classify/caution.ts';
import { classifyTool, raisedBy, type SeenTool } from '../../src/policy/classify/definition.ts';
import { classifyName } from '../../src/policy/classify/name.ts';
import { CATEGORIES } from '../../src/policy/schema.ts';

const category = (tool: SeenTool) => classifyTool(tool).category;

describe('a name that says nothing: the description does', () => {
  test.each([
    ['Retrieve recent log entries', 'read'],
    ['Lists all pods in the namespace', 'read'],
    ['Tool for invoking a function with parameters', 'execute'],
    ['This tool allows you to create a ticket.', 'write'],
    ['Use this tool to permanently delete a workspace.', 'destructive'],
    ['Add, update, or remove a member of the team.', 'destructive'],
    ['Looks up the price and buys the shares', 'financial'],
    ['Create a virtual card AND fill the checkout form in one call.', 'financial'],
    ['Swap tokens on a chain', 'financial'],
    ['Transfers USDC between two accounts', 'financial'],
    ['Order history of the customer', 'read'],
    ['Full risk score: 7 signals, SAFE or AVOID', 'read'],
    ['Find and auto-provision the right tool for a task', 'execute'],
    ['[BETA] **Restarts** the server.', 'execute'],
    ['Query available deployments', 'read'],
    ['Query the table with SQL', 'execute'],
    ['Frobnicate the widget', 'unknown'],
    ['Frobnicate the widget and list the result', 'unknown'],
    ['Frobnicate the widget and delete the result', 'destructive'],
    ['This tool allows frobnicating widgets', 'unknown'],
    ['A tool that frobnicates widgets', 'unknown'],
    ['Do not hesitate to use it', 'unknown'],
    ['This tool allows supplying collateral to a protocol', 'financial'],
    ['This tool uses a spend permission to transfer tokens', 'financial'],
    ['This action retrieves the following: prices', 'read'],
    ['Manages the members of a team', 'write'],
    ['Manages members: add, list, remove', 'destructive'],
    ['Execute a read-only SQL query', 'read'],
    // A deed by its noun is no thing that is given back, and what cannot be read says nothing.
    ['File deletion', 'unknown'],
    ['Remote code execution on the host', 'unknown'],
    ['Money mover', 'unknown'],
    ['Elimina todos los datos', 'unknown'],
    ['Löscht alle Daten der Datenbank', 'unknown'],
    ['Supprime le fichier', 'unknown'],
    ['MySQL 删除所有数据', 'unknown'],
    ['', 'unknown'],
  ])('%s: %s', (description, expected) => {
    expect(category({ name: 'widget', description })).toBe(expected);
  });
});

describe('both say something', () => {
  test.each([
    // Who subscribes to a resource is told of it; who subscribes to a plan pays.
    ['toggle-updates', 'Toggles simulated resource subscription updates on or off.', 'write'],
    ['toggle-updates', 'Toggles the event subscriptions of a topic', 'write'],
    ['toggle-renewal', 'Toggles a customer subscription on or off', 'financial'],
    // The plain verb of a name stands against a description of wide meaning.
    ['create_user', 'Execute the CreateUser operation', 'write'],
    ['get_logs', 'Run a query for logs', 'read'],
    // A dangerous description raises.
    ['get_items', 'Deletes all items', 'destructive'],
    ['update_plan', 'Pay the open invoice', 'financial'],
    ['load_table', 'Import a file into the database', 'write'],
    // A verb of wide meaning gives way.
    ['query_metrics', 'Query metrics of a service', 'read'],
    ['query', 'Run a SQL query', 'execute'],
    ['query', 'Execute a read-only SQL query', 'read'],
    ['query', 'Run a query; this is not read-only', 'execute'],
    ['query', 'Run a query, in a read-only or a read-write transaction', 'execute'],
    ['order_items', 'Sorts and lists the items', 'read'],
    // Not by what it denies.
    ['archive_page', 'Archives a page. It does not delete anything.', 'write'],
    ['untag_resource', 'Remove tags from a resource', 'write'],
    // A destructive name stays.
    ['delete_note', 'Returns the note', 'destructive'],
  ])('%s, %s: %s', (name, description, expected) => {
    expect(category({ name, description })).toBe(expected);
  });
});

describe('the input schema', () => {
  const schema = (properties: Record<string, unknown>) => ({ type: 'object', properties });
  const action = (...values: string[]) => schema({ action: { type: 'string', enum: values } });
  test.each([
    ['manage_note', action('get', 'list'), 'read'],
    ['manage_note', action('get', 'create', 'delete'), 'destructive'],
    [
      'manage_note',
      schema({ operation: { anyOf: [{ const: 'get' }, { const: 'stop' }] } }),
      'execute',
    ],
    ['note', action('read', 'update'), 'write'],
    ['get_note', action('get', 'remove'), 'destructive'],
    ['widget', schema({ sql: { type: 'string' } }), 'execute'],
    ['widget', schema({ command: { type: 'string' } }), 'execute'],
    ['widget', schema({ id: { type: 'string' } }), 'unknown'],
    ['submit', schema({ amount: {}, recipient: {} }), 'financial'],
    ['get_quote', schema({ amount: {}, currency: {} }), 'read'],
    ['search', schema({ query: { type: 'string' } }), 'read'],
    ['export_table', schema({ code: { type: 'string' } }), 'execute'],
  ])('%s %j: %s', (name, inputSchema, expected) => {
    expect(category({ name, inputSchema })).toBe(expected);
  });

  test.each([null, 1, 'x', [], { properties: null }, { properties: { action: { enum: 'x' } } }])(
    '%j says nothing',
    inputSchema => {
      expect(category({ name: 'widget', inputSchema })).toBe('unknown');
    },
  );
});

describe('a door to several operations', () => {
  test.each([
    ['manage_emr_steps', undefined, 'execute'],
    ['manage_labels', undefined, 'write'],
    ['manage_labels', 'Manage labels: list, create and delete them', 'destructive'],
    ['manage_labels', 'List and search labels', 'read'],
    ['manage_labels', 'Manage labels. Does not delete them.', 'write'],
  ])('%s, %s: %s', (name, description, expected) => {
    expect(category({ name, ...(description === undefined ? {} : { description }) })).toBe(
      expected,
    );
  });

  test('where the operation is named, it decides', () => {
    const tool = { name: 'manage_labels', description: 'Create, list and delete labels' };
    expect(category({ ...tool, operation: 'list' })).toBe('read');
    expect(category({ ...tool, operation: 'delete' })).toBe('destructive');
    expect(category({ ...tool, operation: 'frobnicate' })).toBe('destructive');
  });
});

describe('annotations are weak', () => {
  const readOnly = { readOnlyHint: true };
  test.each([
    ['widget', readOnly, 'read'],
    ['widget', { readOnlyHint: false, destructiveHint: true }, 'destructive'],
    ['generate_report', readOnly, 'read'],
    ['create_report', readOnly, 'write'],
    ['delete_report', readOnly, 'destructive'],
    ['clear_report', readOnly, 'destructive'],
    ['swap_tokens', readOnly, 'financial'],
    ['get_report', { destructiveHint: true }, 'read'],
    ['widget', null, 'unknown'],
    ['widget', 'readOnlyHint', 'unknown'],
  ])('%s %j: %s', (name, annotations, expected) => {
    expect(category({ name, annotations })).toBe(expected);
  });
});

test.each([
  ['vaults', 'read'],
  ['invoices', 'unknown'],
  ['vault_keepers', 'unknown'],
  ['frobnicate_vaults', 'unknown'],
  ['process', 'execute'],
  ['status', 'read'],
])('%s, without a description: %s', (name, expected) => {
  expect(category({ name })).toBe(expected);
});

test('a prefix that is the server’s own name is no verb', () => {
  const name = 'trigger_dev_list_runs';
  expect(category({ name })).toBe('execute');
  expect(category({ name, server: 'trigger.dev-mcp' })).toBe('read');
  expect(category({ name: 'transfer_tokens', server: 'transfer-mcp' })).toBe('financial');
  expect(category({ name: 'git_checkout', server: 'mcp-server-git' })).toBe('execute');
});

describe('risk', () => {
  const schema = (...names: string[]) => ({
    properties: Object.fromEntries(names.map(name => [name, { type: 'string' }])),
  });
  test.each([
    ['get_item', undefined, 'low'],
    ['get_item', schema('url'), 'medium'],
    ['get_secret', undefined, 'medium'],
    ['create_item', undefined, 'medium'],
    ['create_item', schema('file_path'), 'high'],
    ['create_item', schema('password'), 'high'],
    ['update_role', undefined, 'high'],
    ['list_roles', undefined, 'low'],
    ['delete_cache_cluster', undefined, 'critical'],
    ['run_item', undefined, 'high'],
    ['run_item', schema('command'), 'critical'],
    ['delete_cluster', undefined, 'critical'],
    ['clear_cache', undefined, 'high'],
    ['pay_invoice', undefined, 'critical'],
    ['widget', undefined, 'high'],
  ])('%s %j: %s', (name, inputSchema, risk) => {
    expect(classifyTool({ name, inputSchema }).risk).toBe(risk);
  });
});

test.each([
  [{ name: 'delete_file' }, 'verb "delete"'],
  [{ name: 'widget', description: 'Deletes a file' }, 'description: verb "delete"'],
  [
    { name: 'manage', inputSchema: { properties: { action: { enum: ['list', 'purge'] } } } },
    'operation "purge": verb "purge"',
  ],
  [{ name: 'widget', inputSchema: { properties: { sql: {} } } }, 'argument "sql"'],
  [{ name: 'widget', annotations: { readOnlyHint: true } }, 'annotation readOnlyHint'],
  [{ name: 'widget' }, 'nothing says what it does'],
])('%j: %s', (tool, why) => {
  expect(classifyTool(tool).why).toBe(why);
});

describe('unreviewed, what a server says may only raise', () => {
  const raised = (tool: SeenTool) => raisedBy(classifyName(tool.name), tool).category;
  test.each([
    [{ name: 'get_items', description: 'Deletes all items' }, 'destructive'],
    [{ name: 'get_items', description: 'Gets all items' }, 'read'],
    [
      {
        name: 'run_items',
        description: 'Read-only. Lists items',
        annotations: { readOnlyHint: true },
      },
      'execute',
    ],
    [{ name: 'widget', description: 'List items' }, 'unknown'],
    [{ name: 'widget', description: 'Pay for items' }, 'financial'],
    [{ name: 'run_items', description: '' }, 'execute'],
    [{ name: 'manage', inputSchema: { properties: { action: { enum: ['list'] } } } }, 'unknown'],
  ])('%j: %s', (tool, expected) => {
    expect(raised(tool)).toBe(expected);
  });

  const text = fc.array(
    fc.constantFrom(
      ...'get list delete pay run create manage read-only not the a widget never permanently and . , query sql order'.split(
        ' ',
      ),
    ),
    { maxLength: 12 },
  );
  const tools = fc.record({
    name: fc.oneof(
      text.map(words => words.join('_')),
      fc.string(),
    ),
    description: fc.oneof(
      text.map(words => words.join(' ')),
      fc.string({ unit: 'binary' }),
    ),
    inputSchema: fc.oneof(
      fc.jsonValue(),
      text.map(values => ({ properties: { action: { enum: values } } })),
    ),
    annotations: fc.oneof(
      fc.jsonValue(),
      fc.record({ readOnlyHint: fc.boolean(), destructiveHint: fc.boolean() }),
    ),
  });

  test('whatever it says', () => {
    fc.assert(
      fc.property(tools, tool => {
        const named = classifyName(tool.name);
        const after = raisedBy(named, tool);
        expect(BY_CAUTION.indexOf(after.category)).toBeGreaterThanOrEqual(
          BY_CAUTION.indexOf(named.category),
        );
        expect(RISKS.indexOf(after.risk)).toBeGreaterThanOrEqual(RISKS.indexOf(named.risk));
      }),
    );
  });

  test('and any definition has a category', () => {
    fc.assert(
      fc.property(tools, tool => {
        expect(CATEGORIES).toContain(category(tool));
      }),
    );
  });
});

test.each([
  'a',
  'not ',
  'no ',
  '[',
  '[x]',
  'read-',
  'a, ',
  'to ',
  'this tool ',
  'aA',
  '. ',
  '`',
  '/',
])('a long description of %j does not hang', part => {
  const description = part.repeat(300_000 / part.length);
  expect(CATEGORIES).toContain(category({ name: part.repeat(100_000), description }));
});

test.each([
  ['get-env', 'medium'],
  ['printenv', 'medium'],
  ['list_environment_variables', 'medium'],
  ['list_environments', 'low'],
  ['get_variables', 'low'],
])('what an environment holds may be secret: %s', (name, risk) => {
  expect(classifyTool({ name, description: 'Returns what is set' }).risk).toBe(risk);
});
