// The reference of how a person is asked for approval.
import type { SectionReference } from './example.ts';

const ASKING = { tools: { drop_table: { action: 'require_approval' } } };

export const APPROVAL: SectionReference = {
  title: 'approval',
  keys: [
    {
      key: 'timeout',
      meaning:
        'a duration from `"1s"` to `"1d"`: how long a call waits; default `"45s"`, as common clients give a call 60 s. A longer one needs a client that waits; those that ask for progress are sent some every 10 s',
      policy: { timeout: '5m' },
      beside: ASKING,
      calls: [
        [
          'drop_table',
          "drop_table waits up to 5 min for a person's approval, in the client or in the queue",
        ],
      ],
    },
    {
      key: 'remember',
      meaning:
        '`"once"` (default): a yes is good for that call alone; `"session"` or a duration: the person may also say yes to all calls like it in this run of the wrapper, or for so long. Like it: the same tool, arguments, server, grant and policy, and a definition of the tool that has not changed',
      policy: { remember: '15m' },
      beside: ASKING,
      calls: [
        [
          'drop_table',
          "drop_table waits up to 45 s for a person's approval, in the client or in the queue, and for calls like it for 15 minutes",
        ],
      ],
    },
    {
      key: 'via',
      meaning:
        'the ways to ask, in order; the first that can ask is used: `"elicitation"` (a form in the client, where it has such), `"queue"` (`policy-wrap approvals`, in a terminal) and `"command"`. Default `["elicitation", "queue"]`. The queue lists every request; it answers where it is named',
      policy: { via: ['queue'] },
      beside: ASKING,
      calls: [['drop_table', "drop_table waits up to 45 s for a person's approval, in the queue"]],
    },
    {
      key: 'command',
      meaning:
        'for `"command"`: a program and its arguments. It gets the request as JSON on its input; exit code 0 is a yes, everything else a no. An absolute path, a path from `~/` or a name on the PATH; examples are in examples/approvers',
      policy: { via: ['command'], command: ['/usr/local/bin/ask-me'] },
      beside: ASKING,
      calls: [
        [
          'drop_table',
          "drop_table waits up to 45 s for a person's approval, by /usr/local/bin/ask-me",
        ],
      ],
    },
  ],
};
