// The tools of one server as a table of the page.
import { ATTACKS } from './attacks.ts';
import { type Html, html, NOTHING } from './html.ts';
import type { ToolReport } from './report.ts';
import { limitsText, toolName, verdictText } from './summary.ts';

const ATTACK_NAMES = new Map(ATTACKS.map(({ id, name }) => [id, name]));

/** Where nothing is in force yet, the heads say so. */
export function toolRows(tools: readonly ToolReport[], inForce: boolean): Html {
  const when = inForce ? '' : ' if wrapped';
  return html`<table><thead><tr><th>tool</th><th>what it can do</th><th>verdict${when}</th><th>limits${when}</th><th>invites (✓ stopped${when})</th></tr></thead><tbody>
${tools.map(toolRow)}</tbody></table>`;
}

function toolRow(tool: ToolReport): Html {
  const { category, risk, why, attacks } = tool;
  const verdict = verdictText(tool);
  return html`<tr><td class="tool">${named(tool)}</td><td>${category} <span class="chip ${risk}">${risk}</span><small>${why}</small></td><td data-label="verdict"><span class="chip ${CLASSES[verdict] ?? 'plain'}">${verdict}</span>${reasonOf(tool)}</td><td data-label="limits">${limitsText(tool)}</td><td data-label="invites">${attacks.map(
    ({ id, stopped }) =>
      html`<span class="chip ${stopped ? 'stopped' : 'open'}">${stopped ? '✓' : '✗'} ${ATTACK_NAMES.get(id) ?? id}</span> `,
  )}</td></tr>
`;
}

const CLASSES: Readonly<Record<string, string>> = {
  asks: 'asks',
  depends: 'depends',
  denied: 'stopped',
  hidden: 'stopped',
};

function named(tool: ToolReport): Html {
  const name = html`<code>${toolName(tool)}</code>`;
  const { description } = tool;
  if (description === null || description.trim() === '') return name;
  return html`<details><summary>${name}</summary><p>${description.replace(/\s+/g, ' ').trim()}</p></details>`;
}

function reasonOf({ name, verdict, category }: ToolReport): Html {
  if (verdict === null) return NOTHING;
  const { reason, key, layer } = verdict;
  const by =
    key === null || key === name ? '' : `${key}${layer === 'policy' ? '' : ` of ${layer}`}`;
  const other =
    verdict.category === null || verdict.category === category
      ? NOTHING
      : html`<small>the policy takes it for ${verdict.category}, by its name</small>`;
  const texts = [by, reason ?? ''].filter(text => text !== '').join(': ');
  return html`${texts === '' ? NOTHING : html`<small>${texts}</small>`}${other}`;
}
