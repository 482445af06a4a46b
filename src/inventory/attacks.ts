// The attack patterns that access of a kind invites: what each is, which tools it needs, and which rule
// stops it. Names as PolicyLayer's glossary has them; which categories they need is our reading of it.
import type { Category } from '../policy/schema.ts';

/** What may stand between an agent and a tool. */
export const HOLDS = ['hide', 'deny', 'approval', 'rules', 'limit'] as const;
export type Hold = (typeof HOLDS)[number];

export interface Attack {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  /** It goes through tools of these categories. */
  readonly through: readonly Category[];
  /** It needs a tool of one of these as well, of any server in the same client. */
  readonly with?: readonly Category[];
  /** Only tools about secrets, or that read files at any path. */
  readonly onlySecrets?: true;
  /** Each stops it at the tool, or keeps what it can do small. */
  readonly stoppedBy: readonly Hold[];
  /** For people. */
  readonly rule: string;
}

const ANY: readonly Category[] = [
  'read',
  'write',
  'execute',
  'destructive',
  'financial',
  'unknown',
];
/** What cannot be undone, or reaches past the call. */
const ACTING: readonly Category[] = ['execute', 'destructive', 'financial', 'unknown'];
const CLOSED: readonly Hold[] = ['hide', 'deny', 'approval'];

export const ATTACKS: readonly Attack[] = [
  {
    id: 'runaway-tool-loops',
    name: 'runaway loop',
    what: 'calls that go on by themselves: one agent in a loop, two that answer each other, a storm of retries',
    through: ANY,
    stoppedBy: [...CLOSED, 'limit'],
    rule: 'a limit, such as 60 reads or 10 executions a minute',
  },
  {
    id: 'agent-credential-theft',
    name: 'stolen credentials',
    what: 'keys, tokens or passwords are read and end up in a prompt, a log or a message',
    through: ['read'],
    onlySecrets: true,
    stoppedBy: [...CLOSED, 'rules'],
    rule: '`deny`, or `require` with `within` for paths',
  },
  {
    id: 'lethal-trifecta',
    name: 'lethal trifecta',
    what: 'private data, untrusted content and a way out meet in one session: what is read can be sent away',
    through: ['write', 'execute', 'unknown'],
    with: ['read'],
    stoppedBy: [...CLOSED, 'rules'],
    rule: 'approval of what sends, or `host_in` for where it may go',
  },
  {
    id: 'indirect-prompt-injection',
    name: 'injected instructions',
    what: 'text that a tool has read (a page, an issue, a mail) tells the agent what to do next',
    through: ACTING,
    with: ['read'],
    stoppedBy: [...CLOSED, 'rules'],
    rule: 'approval, or rules on arguments, for what it would be made to do',
  },
  {
    id: 'mass-modification',
    name: 'mass modification',
    what: 'one misunderstanding, applied to hundreds of records before anybody looks',
    through: ['write'],
    stoppedBy: [...CLOSED, 'limit'],
    rule: 'a limit, such as 30 writes a minute',
  },
  {
    id: 'agent-drift',
    name: 'drift',
    what: 'a long task moves away from what it was for, step by step, each step harmless by itself',
    through: ['write', 'execute'],
    stoppedBy: [...CLOSED, 'limit'],
    rule: 'a limit a day, so that a person looks again',
  },
  {
    id: 'behavioural-control-trap',
    name: 'control trap',
    what: 'content that is made to take over an agent has it run code or commands',
    through: ['execute'],
    stoppedBy: [...CLOSED, 'rules'],
    rule: 'approval, or `require` for what may be run',
  },
  {
    id: 'delete-loop',
    name: 'delete loop',
    what: 'an agent tidies up, or retries, until nothing is left to bring back',
    through: ['destructive', 'unknown'],
    stoppedBy: CLOSED,
    rule: 'approval of every call, or `deny`',
  },
  {
    id: 'wallet-drainer',
    name: 'drained account',
    what: 'payments, orders or signatures that empty an account, one approved form at a time',
    through: ['financial'],
    stoppedBy: CLOSED,
    rule: 'approval of every call, with a `cost` limit a day beside it',
  },
];

/** Those that lie in the server itself: whoever can write its code or its definitions. */
export interface ServerAttack {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  readonly rule: string;
}

export const SERVER_ATTACKS: readonly ServerAttack[] = [
  {
    id: 'tool-poisoning',
    name: 'poisoned definition',
    what: "instructions hidden in a tool's description or schema, which every agent reads",
    rule: '`hide` keeps a tool from the agent; approval holds what it would be made to do',
  },
  {
    id: 'mcp-rug-pull',
    name: 'rug pull',
    what: 'a tool that is replaced by another one after it was trusted',
    rule: 'a version that is fixed in the command; what is new falls under `default` and `categories`',
  },
  {
    id: 'mcp-supply-chain-attack',
    name: 'supply chain',
    what: "a package or its maintainer is taken over, and its code runs with your user's rights",
    rule: 'none: a policy holds the tools, not the process; fix the version, run it in a container',
  },
];

export interface Exposed {
  readonly category: Category;
  readonly touchesSecrets: boolean;
  readonly holds: ReadonlySet<Hold>;
}

/** One attack as it stands for one tool. */
export interface Invited {
  readonly id: string;
  /** True where something of the policy stops it at this tool. */
  readonly stopped: boolean;
}

/** `together` are the categories of all tools that the same client has. */
export function attacksOn(tool: Exposed, together: ReadonlySet<Category>): Invited[] {
  return ATTACKS.filter(
    attack =>
      attack.through.includes(tool.category) &&
      (attack.onlySecrets === undefined || tool.touchesSecrets) &&
      (attack.with === undefined || attack.with.some(category => together.has(category))),
  ).map(({ id, stoppedBy }) => ({ id, stopped: stoppedBy.some(hold => tool.holds.has(hold)) }));
}
