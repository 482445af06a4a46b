// Names by more than their first verb: exceptions of objects, nouns made of verbs, doors, conditions.
import { describe, expect, test } from 'vitest';
import { classify } from '../../src/policy/classify/name.ts';

describe('what is pressed, stepped or touched acts', () => {
  test.each([
    ['press_key', 'execute'],
    ['key_press', 'execute'],
    ['long_press_at_coordinates', 'execute'],
    ['swipe_screen', 'execute'],
    ['step_over', 'execute'],
    ['continue_execution', 'execute'],
    ['interact', 'execute'],
    ['gesture', 'execute'],
    ['vendor_cli', 'execute'],
    ['get_step', 'read'],
    ['list_executions', 'read'],
    ['execution_history', 'read'],
    ['power_status', 'read'],
  ])('%s: %s', (name, category) => {
    expect(classify(name)).toBe(category);
  });
});

describe('what a verb does depends on its object', () => {
  test.each([
    ['write_file', 'write'],
    ['write_contract', 'execute'],
    ['load_table', 'read'],
    ['load_extension', 'execute'],
    ['load_model_into_scene', 'write'],
    ['resume_campaign', 'write'],
    ['resume_process', 'execute'],
    ['resume_machine', 'execute'],
    ['resume_machine_subscription', 'financial'],
    ['pause_execution', 'execute'],
    ['unlock_post', 'write'],
    ['unlock_door', 'execute'],
    ['open_garage', 'execute'],
    ['open_ticket', 'write'],
    ['open_dialog', 'execute'],
    ['close_browser', 'execute'],
    ['close_ticket', 'write'],
    ['check_checkbox', 'execute'],
    ['check_status', 'read'],
    ['select_dropdown', 'execute'],
    ['drain_node', 'execute'],
    ['drain_queue', 'destructive'],
    ['exit_process', 'execute'],
    ['move_card', 'write'],
    ['move_mouse', 'execute'],
    ['make_repayment', 'financial'],
    ['apply_fee', 'financial'],
    ['list_fees', 'read'],
    ['receive_message', 'read'],
    ['receive_payment', 'financial'],
    ['convert_number', 'read'],
    ['convert_dust', 'financial'],
    ['set_order_of_folders', 'write'],
    ['create_order_of_shares', 'financial'],
  ])('%s: %s', (name, category) => {
    expect(classify(name)).toBe(category);
  });
});

describe('a verb at the end', () => {
  test.each([
    ['trigger_fetch', 'execute'],
    ['start_search', 'execute'],
    ['send_search', 'execute'],
    ['start_list', 'read'],
    ['email_search', 'read'],
  ])('%s: %s', (name, category) => {
    expect(classify(name)).toBe(category);
  });
});

describe('no verb: what the nouns say', () => {
  test.each([
    ['text_to_speech', 'write'],
    ['video_to_music', 'write'],
    ['image_to_3d', 'write'],
    ['speech_to_text', 'read'],
    ['route_to_office', 'unknown'],
    ['code_runner', 'execute'],
    ['port_scanner', 'execute'],
    ['query_executor', 'execute'],
    ['masscan', 'execute'],
    ['netexec', 'execute'],
    ['symbolic_execution', 'execute'],
    ['cloud_exploitation', 'execute'],
    ['disk_cleaner', 'destructive'],
    ['rank_by_sender', 'read'],
    ['flag_by_sender', 'unknown'],
    ['user', 'unknown'],
    ['account_manager', 'unknown'],
    ['container', 'unknown'],
    ['revenue_trend', 'read'],
    ['vault_lists', 'unknown'],
  ])('%s: %s', (name, category) => {
    expect(classify(name)).toBe(category);
  });
});

test.each([
  ['manage_debug_logs', 'unknown'],
  ['manage_test_suites', 'unknown'],
  ['manage_search_index', 'unknown'],
  ['manage_delete_list', 'destructive'],
  ['manage_payment', 'financial'],
])('what is managed is not done: %s: %s', (name, category) => {
  expect(classify(name)).toBe(category);
});

test.each([
  ['set_if_exists', 'write'],
  ['set_if_not_exists', 'write'],
  ['create_if_missing', 'write'],
  ['get_if_deleted', 'read'],
  ['get_delete_if_empty', 'destructive'],
])('what stands behind a condition is not done: %s: %s', (name, category) => {
  expect(classify(name)).toBe(category);
});
