// Categories of tool names as real servers spell them; a dangerous name is never taken for a read.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify } from '../../src/policy/classify.ts';
import { CATEGORIES } from '../../src/policy/schema.ts';

describe('classify', () => {
  test.each([
    ['read_file', 'read'],
    ['list_directory', 'read'],
    ['directory_tree', 'read'],
    ['get_file_info', 'read'],
    ['search_nodes', 'read'],
    ['describeInstances', 'read'],
    ['aws___search_documentation', 'read'],
    ['fetch', 'read'],
    ['get_build_status', 'read'],
    ['validate_ecs_express_mode_prerequisites', 'read'],
    ['write_file', 'write'],
    ['edit-file', 'write'],
    ['create_directory', 'write'],
    ['createEntities', 'write'],
    ['stream_group_create', 'write'],
    ['create_pull_request', 'write'],
    ['search_and_replace', 'write'],
    ['get_and_set', 'write'],
    ['merge_pull_request', 'execute'],
    ['run_command', 'execute'],
    ['execute_sql', 'execute'],
    ['query', 'execute'],
    ['puppeteer_click', 'execute'],
    ['list_and_run', 'execute'],
    ['delete_entities', 'destructive'],
    ['deleteFile', 'destructive'],
    ['DELETE_FILE', 'destructive'],
    ['HTTPDelete', 'destructive'],
    ['file.delete', 'destructive'],
    ['user-delete', 'destructive'],
    ['s3delete', 'destructive'],
    ['list_and_delete', 'destructive'],
    ['get_or_delete', 'destructive'],
    ['drop_table', 'destructive'],
    ['kubectl_delete', 'destructive'],
    ['valkey_flushall', 'destructive'],
    ['create_refund', 'financial'],
    ['createPaymentLink', 'financial'],
    ['transfer_funds', 'financial'],
    ['delete_invoice', 'financial'],
    ['ecs_resource_management:DeleteCluster', 'destructive'],
    ['ecs_resource_management:DeregisterTaskDefinition', 'destructive'],
    ['ecs_resource_management:ListClusters', 'read'],
    ['ecs_resource_management:UpdateService', 'write'],
    ['ecs_resource_management:RunTask', 'execute'],
    ['delete_things:List', 'destructive'],
    ["DELETE FROM t WHERE a = ':get'", 'destructive'],
    ['containerize_app', 'unknown'],
    ['printEnv', 'unknown'],
    ['', 'unknown'],
    [':', 'unknown'],
    ['ecs:', 'unknown'],
    ['削除', 'unknown'],
    ['ｄelete_file', 'unknown'],
    ['constructor', 'unknown'],
    ['__proto__', 'unknown'],
    ['undeleted', 'unknown'],
    ['getaway', 'unknown'],
  ])('%s: %s', (name, category) => {
    expect(classify(name)).toBe(category);
  });
});

describe('two verbs: the most dangerous reading wins', () => {
  test.each([
    ['get_or_create_user', 'write'],
    ['find_or_create', 'write'],
    ['getOrCreate', 'write'],
  ])('%s: %s', (name, category) => {
    expect(classify(name)).toBe(category);
  });
});

test('a name with a destructive or financial verb is never milder, whatever stands round it', () => {
  const verb = fc.constantFrom('delete', 'remove', 'drop', 'purge', 'terminate', 'refund', 'pay');
  const word = fc.constantFrom('get', 'list', 'read', 'file', 'and', 'the', 'x1');
  const style = fc.constantFrom('_', '-', '.', ' ', 'camel');
  fc.assert(
    fc.property(fc.array(word), verb, fc.array(word), style, (before, found, after, how) => {
      const words = [...before, found, ...after];
      const camel = words.map(w => w.charAt(0).toUpperCase() + w.slice(1)).join('');
      const name = how === 'camel' ? camel : words.join(how);
      expect(['destructive', 'financial']).toContain(classify(name));
      if (how !== 'camel')
        expect(['destructive', 'financial']).toContain(classify(name.toUpperCase()));
    }),
  );
});

test('any name has a category', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), name => {
      expect(CATEGORIES).toContain(classify(name));
    }),
  );
});

test('a long name does not hang', () => {
  expect(classify('A'.repeat(300_000))).toBe('unknown');
  expect(classify(`${'A'.repeat(300_000)}delete`)).toBe('unknown');
  expect(classify('getXMLHttp_DELETEAll')).toBe('destructive');
});
