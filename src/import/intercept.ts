// A policy of PolicyLayer's Intercept in policy-wrap's language; what has no equal becomes stricter.
import { isPattern } from '../policy/match.ts';
import type { Path } from '../policy/problems.ts';
import type { InterceptDocument, InterceptRule } from './document.ts';
import { Limits } from './limits.ts';
import { Notes } from './notes.ts';
import { convertRule, type Part } from './rules.ts';
import { TEXTS } from './texts.ts';

export interface Imported {
  /** A policy document, its keys in the order of the reference. */
  readonly policy: Record<string, unknown>;
  /** What differs, each with its place in the source. */
  readonly notes: string[];
  /** What the source says and the policy has no key for; `path` is a place in the policy. */
  readonly comments: { readonly path: Path; readonly text: string }[];
}

export function importIntercept(document: InterceptDocument): Imported {
  const { version, description, default: fallback, hide, tools } = document;
  const notes = new Notes();
  const limits = new Limits(document);
  const imported = Object.entries(tools)
    .filter(([tool]) => !isLeftOut(tool, fallback, notes))
    .map(([tool, { rules }]) => importTool(tool, rules, limits, notes));
  const ofAll = imported.find(({ tool }) => tool === '*');
  const others = imported.filter(({ tool }) => tool !== '*');
  for (const [i, name] of hide.entries())
    if (isPattern(name) && name !== '*') notes.add(['hide', i], TEXTS.hidePattern);
  if (document.approvals !== undefined) notes.add(['approvals'], TEXTS.approvals);
  if (fallback === 'deny') notes.add(['default'], TEXTS.others);
  return {
    policy: {
      version,
      ...(description ? { description } : {}),
      default: fallback,
      ...(hide.length > 0 ? { hide } : {}),
      ...(hasKeys(ofAll?.entry) ? { all_tools: ofAll?.entry } : {}),
      ...(others.length > 0
        ? { tools: Object.fromEntries(others.map(({ tool, entry }) => [tool, entry])) }
        : {}),
      ...(fallback === 'deny'
        ? { resources: { default: 'allow' }, prompts: { default: 'allow' } }
        : {}),
    },
    notes: notes.list,
    comments: imported.flatMap(({ comments }) => comments),
  };
}

// To Intercept every name but a lone star is the name of one tool; a pattern may reach several.
function isLeftOut(tool: string, fallback: 'allow' | 'deny', notes: Notes): boolean {
  if (tool === '*' || !isPattern(tool)) return false;
  notes.add(['tools', tool], fallback === 'deny' ? TEXTS.denyPattern : TEXTS.toolPattern);
  return fallback === 'deny';
}

function importTool(tool: string, rules: readonly InterceptRule[], limits: Limits, notes: Notes) {
  const parts = rules.flatMap((rule, i) =>
    convertRule({ tool, rule, at: ['tools', tool, 'rules', i] }, limits, notes),
  );
  const at = tool === '*' ? ['all_tools'] : ['tools', tool];
  return { tool, entry: assemble(parts), comments: commentsOf(parts, at) };
}

/** The entry with all the parts: each of Intercept's rules must let a call pass. */
function assemble(parts: readonly Part[]): Record<string, unknown> {
  const decisive = decisiveOf(parts);
  const listOf = (key: Exclude<Part['key'], 'action'>) => {
    const values = parts.flatMap(part => (part.key === key ? [part.value] : []));
    return values.length > 0 ? { [key]: values } : {};
  };
  return {
    ...(decisive === undefined ? {} : { action: decisive.action }),
    ...(decisive?.reason === undefined ? {} : { reason: decisive.reason }),
    ...listOf('require'),
    ...listOf('require_approval_if'),
    ...listOf('limits'),
  };
}

function decisiveOf(parts: readonly Part[]) {
  const actions = parts.filter(part => part.key === 'action');
  return actions.find(({ action }) => action === 'deny') ?? actions[0];
}

function commentsOf(parts: readonly Part[], at: Path): { path: Path; text: string }[] {
  const counts = new Map<string, number>();
  return parts.flatMap(part => {
    const index = counts.get(part.key) ?? 0;
    counts.set(part.key, index + 1);
    const path = part.key === 'action' ? [...at, 'action'] : [...at, part.key, index];
    const inside = (part.remarks ?? []).map(({ index, text }) => ({
      path: [...path, 'conditions', index],
      text,
    }));
    return [...(part.comment === undefined ? [] : [{ path, text: part.comment }]), ...inside];
  });
}

function hasKeys(entry: Record<string, unknown> | undefined): boolean {
  return entry !== undefined && Object.keys(entry).length > 0;
}
