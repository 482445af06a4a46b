// An inventory in numbers: of a server, and of the machine.
import { ATTACKS } from './attacks.ts';
import { GRADES, type Grade } from './grade.ts';
import type { Inventory, ServerReport, ToolReport } from './report.ts';

/** How many tools of a server are open to an attack, without the policy and with it. */
export interface AttackCount {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  readonly rule: string;
  readonly without: number;
  /** Null where the policy cannot be used. */
  readonly with: number | null;
}

export function attackCounts(tools: readonly ToolReport[]): AttackCount[] {
  const isKnown = tools.every(({ verdict }) => verdict !== null);
  return ATTACKS.map(({ id, name, what, rule }) => {
    const invited = tools.flatMap(({ attacks }) => attacks.filter(attack => attack.id === id));
    const open = invited.filter(({ stopped }) => !stopped);
    const left = isKnown ? open.length : null;
    return { id, name, what, rule, without: invited.length, with: left };
  }).filter(({ without }) => without > 0);
}

/** `read 10, write 4`, the most dangerous last. */
export function countsBy<T extends string>(values: readonly T[], order: readonly T[]): string {
  return order
    .map(name => ({ name, count: values.filter(value => value === name).length }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${name} ${count}`)
    .join(', ');
}

export function gradesNow(servers: readonly ServerReport[]): { grade: Grade; count: number }[] {
  const grades = servers.flatMap(({ grade }) => grade?.now ?? []);
  return GRADES.map(grade => ({
    grade,
    count: grades.filter(other => other === grade).length,
  })).filter(({ count }) => count > 0);
}

/** `2 clients, 5 servers (1 wrapped, 1 remote), 47 tools`. */
export function summaryText({ clients, servers }: Inventory): string {
  const of = [
    part(servers.filter(({ wrapped }) => wrapped).length, 'wrapped'),
    part(servers.filter(({ state }) => state === 'remote').length, 'remote'),
    part(servers.filter(({ state }) => state === 'disabled').length, 'disabled'),
    part(servers.filter(({ state }) => state === 'not-started').length, 'not started'),
    part(servers.filter(({ state }) => state === 'failed').length, 'failed'),
  ].filter(text => text !== '');
  const about = of.length === 0 ? '' : ` (${of.join(', ')})`;
  const tools = servers.reduce((sum, server) => sum + server.tools.length, 0);
  return `${count(clients.length, 'client')}, ${count(servers.length, 'server')}${about}, ${count(tools, 'tool')}`;
}

export function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}

function part(number: number, name: string): string {
  return number === 0 ? '' : `${number} ${name}`;
}

/** What there is to say of a server beside its tools, in one line. */
export function holdText({
  wrapped,
  observes,
  obstacle,
  policy,
  state,
  why,
}: ServerReport): string {
  if (state === 'remote') return 'remote: never asked, and held by no policy of this machine';
  if (state === 'disabled') return 'disabled in the client: not started';
  if (policy === null) return why ?? obstacle ?? 'it has no command';
  const names = policy.sources.map(({ name }) => name).join(', ');
  if (policy.problem !== null)
    return wrapped
      ? `wrapped, but its policy cannot be used, so it does not start: ${policy.problem}`
      : `not wrapped; the policy for it cannot be used: ${policy.problem}`;
  if (observes) return `wrapped, and only observed: ${names}`;
  if (wrapped) return `wrapped: ${names}`;
  return obstacle === null
    ? `not wrapped, nothing holds it yet; would be held by ${names}`
    : `not wrapped, and cannot be: ${obstacle}`;
}

/** Where a client's user is asked for approval; empty where nobody knows. */
export function askingText(elicits: boolean | null): string {
  if (elicits === null) return '';
  return elicits
    ? 'shows questions about approvals'
    : 'shows no questions: approvals are given in a terminal';
}

/** The verdict in a word or two. */
export function verdictText({ verdict }: ToolReport): string {
  if (verdict === null) return '?';
  if (verdict.hidden) return 'hidden';
  if (verdict.effect === 'deny') return 'denied';
  if (verdict.effect === 'require_approval') return 'asks';
  return verdict.depends ? 'depends' : 'allowed';
}

export function limitsText({ verdict }: ToolReport): string {
  return (verdict?.limits ?? []).map(({ text }) => text).join(', ');
}

/** The same in a narrow column: `60/minute`. */
export function shortLimits({ verdict }: ToolReport): string {
  return (verdict?.limits ?? [])
    .map(({ max, window, per, cost }) => {
      const each = per === null ? '' : ` each ${per}`;
      return `${cost ? 'total ' : ''}${max}/${window}${each}`;
    })
    .join(', ');
}

export function toolName({ name, operation }: ToolReport): string {
  return operation === null ? name : `${name}:${operation}`;
}
