// The inventory as one page that needs nothing else: no script, no request, all text escaped.
import { RISKS } from '../policy/classify/caution.ts';
import { ATTACKS, SERVER_ATTACKS } from './attacks.ts';
import { elsewhereTexts } from './elsewhere.ts';
import { type Grade, gradeFor, type Standing } from './grade.ts';
import { Html, html, NOTHING } from './html.ts';
import { STYLE } from './page-style.ts';
import { toolRows } from './page-tools.ts';
import type { Inventory, ServerReport } from './report.ts';
import { askingText, attackCounts, gradesNow, holdText, summaryText } from './summary.ts';

/** By what a page of ours is known. */
export const PAGE_START = '<!doctype html>\n<!-- policy-wrap inventory -->\n';

export function renderPage(inventory: Inventory): string {
  const { time, clients, servers, problems } = inventory;
  const names = new Map(clients.map(({ id, name }) => [id, name]));
  const grades = gradesNow(servers);
  const page = html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>What your agents can call</title>
${new Html(`<style>${STYLE}</style>`)}
</head>
<body><main>
<h1>What your agents can call</h1>
<p>${summaryText(inventory)}</p>
<p class="dim">taken by policy-wrap on <time datetime="${time}">${time.slice(0, 16).replace('T', ' ')} UTC</time></p>
${grades.length === 0 ? NOTHING : html`<p>Grades now: ${grades.map(({ grade, count }) => html`<span class="chip ${grade}">${grade} × ${count}</span>`)}</p>`}
${problems.map(({ file, line, message }) => html`<p class="problem"><code>${file}${line === undefined ? '' : `:${line}`}</code>: ${message}</p>`)}
${clients.map(({ id, name, elicits, files }) =>
  section(
    name,
    elicits,
    servers.filter(({ client }) => client === id),
    files,
    names,
  ),
)}
${legend()}
</main></body>
</html>
`;
  return PAGE_START + page.markup;
}

function section(
  name: string,
  elicits: boolean | null,
  servers: readonly ServerReport[],
  files: readonly string[],
  names: ReadonlyMap<string, string>,
): Html {
  if (servers.length === 0 && files.length === 0) return NOTHING;
  return html`<section><h2>${name}</h2>
${elicits === null ? NOTHING : html`<p class="dim">${askingText(elicits)}</p>`}
${servers.length === 0 ? html`<p class="dim">no servers</p>` : servers.map(server => card(server, names))}
</section>`;
}

function card(server: ServerReport, names: ReadonlyMap<string, string>): Html {
  const {
    name,
    command,
    url,
    file,
    project,
    readers,
    state,
    why,
    tools,
    info,
    protocol,
    wrapped,
    observes,
  } = server;
  const also = readers.map(id => names.get(id) ?? id).join(', ');
  const unknown = state === 'failed' || state === 'not-started';
  return html`<article class="card">
<div class="top"><div>
<h3>${name}</h3>
<p><code>${command ?? url ?? ''}</code></p>
<p class="dim">${holdText(server)}</p>
<p class="dim">in <code>${file}</code>${project === null ? '' : ` for ${project}`}${also === '' ? '' : `, also read by ${also}`}</p>
${elsewhereTexts(server, id => names.get(id) ?? id).map(text => html`<p class="dim">${text}</p>`)}
${info === null ? NOTHING : html`<p class="dim">${info.name} ${info.version}, protocol ${protocol ?? 'unknown'}</p>`}
${unknown ? html`<p class="problem">its tools are not known: ${why ?? 'it was not started'}</p>` : NOTHING}
</div>${gradeBadges(server)}</div>
${tools.length === 0 ? NOTHING : toolRows(tools, wrapped && !observes)}
${attackMarks(server)}
</article>`;
}

function gradeBadges({ grade }: ServerReport): Html {
  if (grade === null) return NOTHING;
  const { now, before, after } = grade;
  return html`<div class="grades">${badge(now, 'now')}${badge(before, 'without policy')}${badge(after, 'with policy')}</div>`;
}

function badge(grade: Grade | null, of: string): Html {
  return html`<div class="grade"><b class="${grade ?? 'none'}">${grade ?? '?'}</b><small>${of}</small></div>`;
}

function attackMarks({ tools }: ServerReport): Html {
  const counts = attackCounts(tools);
  if (counts.length === 0) return NOTHING;
  const marks = counts.map(
    ({ name, what, without, with: left }) =>
      html`<span class="chip ${left === 0 ? 'stopped' : 'open'}" title="${what}">${name}: ${without} → ${left ?? '?'}</span> `,
  );
  return html`<p class="marks"><span class="dim">tools open to an attack, without → with the policy:</span> ${marks}</p>`;
}

function legend(): Html {
  return html`<section><h2>The attack patterns</h2>
<div class="card"><table><thead><tr><th>pattern</th><th>what it is</th><th>what stops it</th></tr></thead><tbody>
${[...ATTACKS, ...SERVER_ATTACKS].map(
  ({ id, name, what, rule }) =>
    html`<tr><td><b>${name}</b><small>${id}</small></td><td>${what}</td><td>${rule}</td></tr>
`,
)}</tbody></table></div>
<h2>The grade</h2>
<div class="card"><p>A server has the grade of its worst tool: what the tool can do, and what stands between it and an agent.</p>
<table><thead><tr><th>risk</th>${STANDINGS.map(([, name]) => html`<th>${name}</th>`)}</tr></thead><tbody>
${RISKS.map(
  risk =>
    html`<tr><td><span class="chip ${risk}">${risk}</span></td>${STANDINGS.map(
      ([standing, name]) => {
        const grade = gradeFor(risk, standing);
        return html`<td data-label="${name}"><span class="chip ${grade}">${grade}</span></td>`;
      },
    )}</tr>
`,
)}</tbody></table></div></section>`;
}

const STANDINGS: readonly [Standing, string][] = [
  ['closed', 'stopped, or asks a person'],
  ['held', 'limited, or under a rule'],
  ['open', 'nothing'],
];
