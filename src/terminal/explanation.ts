// Why a call would pass or not, for people.
import type { ChalkInstance } from 'chalk';
import type { Step } from '../policy/decision.ts';
import type { Action } from '../policy/entry.ts';
import { rateText, type Verdict } from '../policy/verdict.ts';
import type { Explanation } from '../rehearsal/explanation.ts';
import { escapeText } from './escape.ts';

/** `layers`: for each layer the file that it was read from. */
export function renderExplanation(
  explanation: Explanation,
  layers: ReadonlyMap<string, string>,
  chalk: ChalkInstance,
): string {
  const { verdict, steps, text } = explanation;
  const names = [...new Set(steps.map(({ layer }) => layer))];
  const included = explanation.forwarded && verdict.effect === 'allow' ? ', with this call' : '';
  const width = Math.max(...steps.map(({ key }) => nameOf(key).length), 0);
  const blocks = names.map(layer =>
    [
      `${chalk.bold(escapeText(layer))}  ${chalk.dim(escapeText(layers.get(layer) ?? ''))}`,
      ...steps.filter(step => step.layer === layer).map(step => renderStep(step, width, chalk)),
    ].join('\n'),
  );
  const rows: [string, string][] = [
    ['verdict', `${coloured(verdict.effect, chalk)}${deciderOf(verdict)}`],
    ...verdict.limits.map((limit, i): [string, string] => [
      i === 0 ? 'limits' : '',
      escapeText(
        `${limit.counter}: ${limit.used} of ${rateText(limit)}${limit.value === undefined ? '' : ` for ${limit.value}`}${included}`,
      ),
    ]),
    ...(text === null ? [] : [['agent', escapeText(text)] as [string, string]]),
  ];
  const end = rows.map(([name, value]) => `${chalk.dim(name.padEnd(9))}${value}`).join('\n');
  return [...blocks, end].join('\n\n');
}

const MARKS: Record<Action, string> = { allow: '✓', require_approval: '?', deny: '✗' };

function renderStep({ key, effect, text }: Step, width: number, chalk: ChalkInstance): string {
  const mark = effect === null ? ' ' : coloured(effect, chalk, MARKS[effect]);
  const line = `${escapeText(nameOf(key).padEnd(width))}  ${escapeText(text)}`;
  return `  ${mark} ${effect === null ? chalk.dim(line) : line}`;
}

function nameOf(key: string | null): string {
  return key ?? '';
}

function coloured(effect: Verdict['effect'], chalk: ChalkInstance, text: string = effect): string {
  if (effect === 'allow') return chalk.green(text);
  return effect === 'deny' ? chalk.red(text) : chalk.yellow(text);
}

function deciderOf({ key, layer, reason }: Verdict): string {
  const because = reason === null ? '' : `: ${reason}`;
  if (layer === 'protocol')
    return escapeText(` by the wrapper itself, whatever the policy says${because}`);
  const rule = key === null ? '`default`' : `\`${key}\``;
  return escapeText(` by ${rule} of ${layer}${because}`);
}
