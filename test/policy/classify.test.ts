// Categories of tool names as real servers spell them; a dangerous name is never taken for a read.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BY_CAUTION, RISKS, riskOf, strictest } from '../../src/policy/classify/caution.ts';
import { classify, classifyName } from '../../src/policy/classify/name.ts';
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
    ['find_replace', 'write'],
    ['create_delete_job', 'destructive'],
    ['build_and_push_image', 'execute'],
    ['lookup_order_and_pay', 'financial'],
  ])('%s: %s', (name, category) => {
    expect(classify(name)).toBe(category);
  });
});

describe('a word that is a verb elsewhere is a noun behind a verb, or before what is read', () => {
  test.each([
    ['list_invoices', 'read'],
    ['get_refund', 'read'],
    ['get_merge_request', 'read'],
    ['list_deleted_items', 'read'],
    ['order_history', 'read'],
    ['orders_list', 'read'],
    ['query_list', 'read'],
    ['pods_log', 'read'],
    ['test_results', 'read'],
    ['transfer_balance', 'financial'],
    ['clear_history', 'destructive'],
    ['reset_stats', 'destructive'],
    ['send_summary', 'execute'],
  ])('%s: %s', (name, category) => {
    expect(classify(name)).toBe(category);
  });
});

describe('what a verb does depends on its object', () => {
  test.each([
    ['place_order', 'financial'],
    ['order_create', 'financial'],
    ['create_order_note', 'write'],
    ['set_sort_order', 'write'],
    ['create_customer_for_payments', 'write'],
    ['request_payout', 'financial'],
    ['add_payment_method', 'financial'],
    ['create_card', 'write'],
    ['create_virtual_card', 'financial'],
    ['swap_tokens', 'financial'],
    ['transfer_ownership', 'write'],
    ['close_issue', 'write'],
    ['close_position', 'financial'],
    ['checkout', 'financial'],
    ['git_checkout', 'execute'],
    ['send_email', 'execute'],
    ['send_message', 'write'],
    ['send_usdc', 'financial'],
    ['format_text', 'write'],
    ['format_disk', 'destructive'],
    ['move_to_trash', 'destructive'],
    ['schedule_key_deletion', 'destructive'],
    ['cancel_order', 'destructive'],
    ['delete_invoice', 'destructive'],
    ['convert_time', 'read'],
    ['convert_draft', 'write'],
    ['take_screenshot', 'read'],
    ['drag_and_drop', 'execute'],
  ])('%s: %s', (name, category) => {
    expect(classify(name)).toBe(category);
  });
});

describe('a door to several operations is unknown by its name', () => {
  test.each(['manage_clusters', 'manage_search_index', 'handle_read_replicas', 'crud'])(
    '%s',
    name => {
      expect(classify(name)).toBe('unknown');
    },
  );
});

test.each([
  ['delete_file', 'verb "delete"'],
  ['create_refund', 'verb "create" with "refund"'],
  ['order_history', 'noun "history"'],
  ['containerize', 'no word of its name says what it does'],
])('%s: %s', (name, why) => {
  expect(classifyName(name).why).toBe(why);
});

test('caution: one order of all categories, in which risk never falls', () => {
  expect([...BY_CAUTION].sort()).toEqual([...CATEGORIES].sort());
  const risks = BY_CAUTION.map(category => RISKS.indexOf(riskOf(category)));
  expect(risks).toEqual([...risks].sort((a, b) => a - b));
  expect(strictest(['execute', 'unknown', undefined, 'read'])).toBe('unknown');
  expect(strictest(['destructive', 'unknown'])).toBe('destructive');
  expect(strictest([])).toBeUndefined();
});

const STYLES = ['_', '-', '.', ' ', '___', 'camel'] as const;
const joined = (words: readonly string[], style: string) =>
  style === 'camel'
    ? words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')
    : words.join(style);

test('a name with a destructive verb is never milder, whatever stands round it', () => {
  const verb = fc.constantFrom('delete', 'remove', 'drop', 'purge', 'terminate', 'revoke', 'wipe');
  const word = fc.constantFrom('get', 'list', 'read', 'file', 'and', 'the', 'x1', 'status', 'run');
  fc.assert(
    fc.property(
      fc.array(word),
      verb,
      fc.array(word),
      fc.constantFrom(...STYLES),
      (before, found, after, style) => {
        const name = joined([...before, found, ...after], style);
        expect(['destructive', 'financial']).toContain(classify(name));
        if (style !== 'camel')
          expect(['destructive', 'financial']).toContain(classify(name.toUpperCase()));
      },
    ),
  );
});

test('a name that begins with a dangerous verb is never read', () => {
  const verbs = 'clear reset cancel pay buy sell swap execute run start send install deploy'.split(
    ' ',
  );
  const word = fc.constantFrom('status', 'list', 'history', 'file', 'info', 'get', 'balance', 'of');
  fc.assert(
    fc.property(fc.constantFrom(...verbs), fc.array(word, { minLength: 2 }), (verb, rest) => {
      // A name of this form is `run_list`: its verb is the last word.
      fc.pre(!['get', 'list'].includes(rest.at(-1) ?? ''));
      expect(classify([verb, ...rest].join('_'))).not.toBe('read');
    }),
  );
});

test('case and separators do not matter', () => {
  const word = fc.oneof(
    fc.stringMatching(/^[a-z]{2,8}$/),
    fc.constantFrom(
      'get',
      'list',
      'create',
      'delete',
      'order',
      'run',
      'and',
      'for',
      'status',
      'git',
    ),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), words => {
      const plain = classifyName(words.join('_'));
      for (const style of STYLES) expect(classifyName(joined(words, style))).toEqual(plain);
      expect(classifyName(words.join('-').toUpperCase())).toEqual(plain);
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

describe('a long name does not hang', () => {
  const LENGTH = 300_000;
  test.each([
    ['capitals', 'A'],
    ['separators', '_'],
    ['digits', '1'],
    ['colons', 'a:'],
    ['camels', 'aB'],
    ['verbs', 'delete_'],
    ['conjunctions', 'and_'],
    ['verbs that look round', 'send_and_'],
    ['letters of a verb', 'ed'],
    ['inflections', 'sses_'],
    ['surrogates', '\ud800'],
  ])('%s', (_, part) => {
    expect(CATEGORIES).toContain(classify(part.repeat(LENGTH / part.length)));
  });

  test('and is still read', () => {
    expect(classify('A'.repeat(LENGTH))).toBe('unknown');
    expect(classify(`${'A'.repeat(LENGTH)}delete`)).toBe('unknown');
    expect(classify(`${'a_'.repeat(LENGTH / 2)}delete`)).toBe('destructive');
    expect(classify('getXMLHttp_DELETEAll')).toBe('destructive');
  });
});
