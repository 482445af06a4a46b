// Name and description, hints and schema against each other: what acts is never called a read.
import { describe, expect, test } from 'vitest';
import { classifyTool, type SeenTool } from '../../src/policy/classify/definition.ts';

const category = (tool: SeenTool) => classifyTool(tool).category;

describe('a name that acts, and a description that speaks of less', () => {
  test.each([
    ['press_key', 'Simulates pressing a keyboard key', 'execute'],
    ['send_test', 'Sends a test. Does not change the audience', 'execute'],
    ['restart_node', 'Check the state of a node', 'execute'],
    ['trigger_report', 'Get a report', 'execute'],
    ['migrate_pages_guide', 'Read this guide before you begin', 'read'],
    ['run_report', 'Get a report', 'read'],
    ['debug_stack', 'Get the stack', 'read'],
    ['run_query', 'Run a query. This tool is read-only', 'read'],
    ['execute_action', 'Executes an action; for read-only operations use another tool', 'execute'],
    ['query', 'Run SQL. Step one. Step two. Step three. Read-only', 'execute'],
    ['push_image', 'Upload an image', 'write'],
    ['drag', 'Perform drag and drop between two elements', 'execute'],
    ['drag', 'Drag a table and drop it', 'destructive'],
    ['import_asset', 'Download an asset and bring it into the scene', 'write'],
  ])('%s, %s: %s', (name, description, expected) => {
    expect(category({ name, description })).toBe(expected);
  });
});

describe('a name that reads, and a description that acts', () => {
  test.each([
    ['analyze_site', 'Execute a vulnerability scanner against a site', 'execute'],
    ['get_title', 'Run JavaScript in the page to get its title', 'execute'],
    ['get_title', 'Run JavaScript in the page to get its title. Read-only', 'read'],
    ['get_flow', 'Build chart data of a flow', 'read'],
    ['get_titles', 'Run a query for titles', 'read'],
    ['search_movie', 'Trigger a search to download a movie', 'execute'],
    ['verify_alias', 'Sends a verification mail to the alias', 'execute'],
    ['show_simulator', 'Opens the window of the simulator', 'execute'],
    ['search_users', 'Search users by name, email or phone', 'read'],
    ['download_asset', 'Download and import an asset', 'write'],
    ['load_sprite', 'Load a sprite into a node', 'write'],
    ['todo_checks', 'Manages checks. Supports reading, creating and deleting them', 'destructive'],
    ['take_screenshot', 'Take a screenshot, if you need to press an element', 'read'],
  ])('%s, %s: %s', (name, description, expected) => {
    expect(category({ name, description })).toBe(expected);
  });
});

describe('a name that writes', () => {
  test.each([
    ['compose_mail', 'Compose and send a mail', 'execute'],
    ['compose_mail', 'Compose a mail', 'write'],
    ['add_contact', 'Add a contact to a segment by id or email', 'write'],
    ['set_parent', 'Set or clear the parent', 'write'],
    ['set_pop', 'Remove and return members', 'destructive'],
    ['set_parent', 'Set the parent, or delete it', 'destructive'],
    ['modify_position', 'Modify an open position', 'financial'],
    ['modify_position', 'Modify the position of a shape', 'write'],
    ['reorder_folders', 'Change the order of the folders', 'write'],
    ['restore_backup', 'Restores a backup. This is a destructive operation', 'destructive'],
    ['restore_backup', 'Restores a backup. A non-destructive operation', 'write'],
    ['restore_backup', 'Restores a backup. This is not a destructive operation', 'write'],
    ['widget', 'DESTRUCTIVE: frobnicates the widget', 'destructive'],
  ])('%s, %s: %s', (name, description, expected) => {
    expect(category({ name, description })).toBe(expected);
  });
});

describe('a description that only repeats a name without a known verb says nothing', () => {
  test.each([
    ['frobnicate_over', 'Frobnicate over', 'unknown'],
    ['batch_commands', 'Batch commands', 'unknown'],
    ['quarterly_figures', 'Numbers of the quarter', 'read'],
  ])('%s, %s: %s', (name, description, expected) => {
    expect(category({ name, description })).toBe(expected);
  });
});

test('what stands before an equals sign is an argument, no verb', () => {
  const description = "Breakdown of sales as a chart. type='bar': orders in bars";
  expect(category({ name: 'widget', description })).toBe('read');
});

describe('the hint readOnlyHint lowers what may be a read, only', () => {
  const annotations = { readOnlyHint: true };
  test.each([
    [{ name: 'run_report' }, 'read'],
    [{ name: 'generate_report' }, 'read'],
    [{ name: 'type_text', description: 'Type text into an element' }, 'execute'],
    [{ name: 'tap', description: 'Tap an element' }, 'execute'],
    [{ name: 'gesture', description: 'A preset' }, 'execute'],
    [{ name: 'widget', description: 'Send touch events to an element' }, 'execute'],
    [{ name: 'set_location', description: 'Set the location' }, 'write'],
    [
      {
        name: 'context',
        description: 'Manage contexts',
        inputSchema: { properties: { operation: { enum: ['list', 'set'] } } },
      },
      'write',
    ],
  ])('%j: %s', (tool, expected) => {
    expect(category({ ...tool, annotations })).toBe(expected);
  });
});

describe('an argument that chooses what is done', () => {
  const choosing = (argument: string, ...values: string[]) => ({
    name: 'download_model',
    inputSchema: { properties: { [argument]: { enum: values } } },
  });
  test.each([
    [choosing('action', 'download', 'cancel'), 'destructive'],
    [choosing('mode', 'download', 'cancel'), 'read'],
    [choosing('action', 'download', 'order_status'), 'read'],
  ])('%j: %s', (tool, expected) => {
    expect(category(tool)).toBe(expected);
  });
});
