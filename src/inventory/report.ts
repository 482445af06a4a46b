// The whole inventory as data: what --json prints, and what the table and the page are made from.
import type { Problem, ServerEntry } from '../clients/entry.ts';
import type { Listed } from '../listing/listed.ts';
import type { Risk } from '../policy/classify/caution.ts';
import type { Category } from '../policy/schema.ts';
import { type Assessed, assess, type Rules } from './assess.ts';
import { attacksOn, type Invited } from './attacks.ts';
import { type Elsewhere, elsewhere } from './elsewhere.ts';
import { type Grade, gradeOf, gradeWithout } from './grade.ts';
import { commandLineOf, nameShownBy, shownBy, shownUrl } from './shown.ts';
import type { ToolVerdict } from './verdict.ts';

export interface ToolReport {
  readonly name: string;
  readonly operation: string | null;
  readonly title: string | null;
  readonly description: string | null;
  readonly category: Category;
  readonly risk: Risk;
  readonly why: string;
  /** Null where the policies cannot be used. */
  readonly verdict: ToolVerdict | null;
  readonly attacks: readonly Invited[];
}

/** How the tools of a server came to be known, or why they are not. */
export type State = 'listed' | 'failed' | 'not-started' | 'remote' | 'disabled' | 'unusable';

export interface ServerReport extends Elsewhere {
  readonly client: string;
  /** Other clients that read the same entry. */
  readonly readers: readonly string[];
  readonly file: string;
  readonly scope: ServerEntry['scope'];
  readonly project: string | null;
  readonly name: string;
  readonly transport: ServerEntry['transport'];
  /** Without what looks like a secret; of a wrapped server the command behind the wrapper. */
  readonly command: string | null;
  readonly url: string | null;
  readonly wrapped: boolean;
  /** Wrapped with `--mode observe`: nothing but the administrator's layer stops anything. */
  readonly observes: boolean;
  /** Why it cannot be wrapped; null where it can. */
  readonly obstacle: string | null;
  readonly state: State;
  readonly why: string | null;
  readonly protocol: string | null;
  readonly info: { readonly name: string; readonly version: string } | null;
  readonly policy: PolicyReport | null;
  readonly grade: Grades | null;
  readonly tools: readonly ToolReport[];
}

export interface PolicyReport {
  /** The name that selects policy and counters. */
  readonly server: string;
  readonly sources: readonly { readonly layer: string; readonly name: string }[];
  /** Why it cannot be used; null where it can. */
  readonly problem: string | null;
}

export interface Grades {
  /** What is in force: `after` where the server is wrapped, `before` where it is not. */
  readonly now: Grade;
  readonly before: Grade;
  /** Null where the policies cannot be used. */
  readonly after: Grade | null;
}

/** The policies of one server, as they were found. */
export interface Governed {
  readonly policy: PolicyReport;
  /** Undefined where they cannot be used. */
  readonly rules: Rules | undefined;
  readonly observes: boolean;
  /** Of observe mode: what is enforced all the same. */
  readonly machine: Rules | undefined;
}

export interface Found {
  readonly entry: ServerEntry;
  readonly state: State;
  readonly why: string | undefined;
  readonly listed: Extract<Listed, { ok: true }> | undefined;
  readonly governed: Governed | undefined;
}

export interface Inventory {
  /** When it was taken, in ISO 8601. */
  readonly time: string;
  readonly clients: readonly {
    readonly id: string;
    readonly name: string;
    /** Whether it shows a person the wrapper's questions; null where nobody knows. */
    readonly elicits: boolean | null;
    readonly files: readonly string[];
  }[];
  readonly servers: readonly ServerReport[];
  /** Configurations that could not be read. */
  readonly problems: readonly Problem[];
}

/** What each tool invites depends on what its client's other servers offer. */
export function reportOn(found: readonly Found[]): ServerReport[] {
  const assessed = found.map(one => ({ ...one, tools: toolsOf(one) }));
  const entries = found.map(({ entry }) => entry);
  return assessed.map(one => {
    const clients = clientsOf(one.entry);
    const beside = assessed.filter(other =>
      clientsOf(other.entry).some(id => clients.includes(id)),
    );
    const together = new Set(
      beside.flatMap(({ tools }) => tools.filter(isReachable)).map(({ category }) => category),
    );
    return { ...serverReport(one, one.tools, together), ...elsewhere(one.entry, entries) };
  });
}

function clientsOf({ client, readers }: ServerEntry): string[] {
  return [client, ...readers];
}

function isReachable({ holds }: Assessed): boolean {
  return !holds.has('deny') && !holds.has('hide');
}

function toolsOf({ listed, governed }: Found): Assessed[] {
  const rules = governed?.rules ?? NO_RULES;
  return listed === undefined ? [] : listed.tools.flatMap(tool => assess(tool, rules));
}

const NO_RULES: Rules = { server: '', policies: [], always: new Map() };

function serverReport(
  { entry, state, why, listed, governed }: Found,
  tools: readonly Assessed[],
  together: ReadonlySet<Category>,
): Omit<ServerReport, keyof Elsewhere> {
  const isUsable = governed?.rules !== undefined;
  const shown = shownBy(entry);
  const named = nameShownBy(entry);
  return {
    client: entry.client,
    readers: entry.readers,
    file: entry.file,
    scope: entry.scope,
    project: entry.project ?? null,
    name: entry.name,
    transport: entry.transport,
    command: commandLineOf(entry),
    url: entry.url === undefined ? null : shownUrl(entry.url),
    wrapped: entry.wrapped !== undefined,
    observes: governed?.observes === true,
    obstacle: entry.obstacle ?? null,
    state,
    why: why ?? null,
    protocol: listed?.era ?? null,
    info: infoOf(listed, shown),
    policy: governed?.policy ?? null,
    grade: listed === undefined ? null : gradesOf(entry, listed, governed, tools),
    tools: tools.map(({ holds, touchesSecrets, verdict, ...tool }) => ({
      ...tool,
      name: named(tool.name),
      operation: tool.operation === null ? null : named(tool.operation),
      why: named(tool.why),
      title: shown(tool.title),
      description: shown(tool.description),
      verdict: isUsable ? verdict : null,
      attacks: attacksOn({ category: tool.category, touchesSecrets, holds }, together),
    })),
  };
}

function infoOf(listed: Found['listed'], shown: ReturnType<typeof shownBy>): ServerReport['info'] {
  const { name, version } = listed?.server ?? {};
  return name === undefined
    ? null
    : { name: shown(name) ?? '', version: shown(version ?? '') ?? '' };
}

function gradesOf(
  { wrapped }: ServerEntry,
  { tools: listed }: Extract<Listed, { ok: true }>,
  governed: Governed | undefined,
  tools: readonly Assessed[],
): Grades {
  const before = gradeWithout(tools);
  const after = governed?.rules === undefined ? null : gradeOf(tools);
  if (wrapped === undefined) return { now: before, before, after };
  if (governed?.observes) {
    const { machine } = governed;
    const enforced = machine && listed.flatMap(tool => assess(tool, machine));
    return { now: enforced === undefined ? before : gradeOf(enforced), before, after };
  }
  // A wrapper without a usable policy starts no server.
  return { now: after ?? 'A', before, after };
}
