// The policies of the benchmarks, as one would write them.

/** What the clients call: one entry of its own, and one that only a pattern matches. */
export const EXACT = 'update_service';
export const BY_PATTERN = 'describe_services';

const tools = {
  [EXACT]: {},
  'describe_*': {},
  list_clusters: {},
  list_services: {},
  create_service: {},
  tag_resource: {},
  run_task: {},
  big: {},
  big_request: {},
  delete_cluster: { action: 'deny', reason: 'infrastructure is deleted by people' },
};
const off = { default: 'deny', audit: 'off' };
const limitedTo = limit => ({
  default: 'deny',
  tools: { ...tools, [EXACT]: { limits: [limit] } },
});

// 890 names and 99 patterns more, none of which matches what is called.
const many = {
  ...Object.fromEntries(Array.from({ length: 891 }, (_, i) => [`other_tool_${i}`, {}])),
  ...Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`team_${i}_*_resource`, {}])),
};

/** Calls that get through where several wrappers share one counter. */
export const SHARED_MAX = 6000;
/** Entries of the policy `counters`, each with a counter of its own. */
export const COUNTERS = 5000;

export const POLICIES = {
  open: { ...off, tools },
  many: { ...off, tools: { ...many, ...tools } },
  // Never reached: the runs are shorter, and a sliding limit can be no larger.
  limited: limitedTo({ max: 100_000, window: 'minute' }),
  // For a million calls, which no sliding limit lets through in a minute.
  endless: limitedTo({ max: 1_000_000_000, window: 'day', kind: 'fixed' }),
  shared: limitedTo({ max: SHARED_MAX, window: 'hour' }),
  // Fills a state file with counters that stay alive for a day.
  counters: {
    default: 'deny',
    tools: Object.fromEntries(
      Array.from({ length: COUNTERS }, (_, i) => [
        `tool_${i}`,
        { limits: [{ max: 10, window: 'day' }] },
      ]),
    ),
  },
};
