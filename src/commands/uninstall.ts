// `policy-wrap uninstall`: servers start without policy-wrap again, each entry as it was.
import { obstacleTo } from '../clients/discover.ts';
import { planUnwrapping } from '../clients/edit/plan.ts';
import type { Server } from '../clients/servers.ts';
import { unwrapped } from '../clients/wrapper.ts';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { escapeText } from '../terminal/escape.ts';
import {
  askFor,
  choose,
  clientOf,
  type FileOptions,
  isRefused,
  print,
  printer,
  printPlans,
  records,
  writePlan,
} from './client-files.ts';
import { adviceBefore, restartAdvice } from './install-advice.ts';

export async function uninstall(
  id: string | undefined,
  names: readonly string[],
  options: FileOptions,
): Promise<number> {
  const client = clientOf(id);
  // Without a policy an agent may do more: that is for a person to say, and no option says it for them.
  if (options.dryRun !== true && !process.stdin.isTTY)
    throw new PolicyWrapError(
      'PW_TERMINAL',
      'policies are taken away at a terminal, and there is none',
      {
        help: 'the answer is for a person to give, in a terminal window of their own',
      },
    );
  const chosen = choose(client, names, options);
  const kept = records();
  const all = chosen.documents.map(({ document, servers }) =>
    planUnwrapping(
      document,
      servers.filter(server => names.length > 0 || isWrapped(server)),
      kept.of(document.file),
      server => (isWrapped(server) ? obstacleTo(document, server) : undefined),
    ),
  );
  const shown = all.filter(({ changed, left }) => changed.length + left.length > 0);
  const plans = all.filter(({ changed }) => changed.length > 0);
  const say = printer(options.dryRun !== true);
  printPlans(shown, chosen, 'not wrapped', say);
  // All that are wrapped were asked for.
  const isLeft = all.some(({ left }) => left.some(({ why }) => why !== undefined));
  const code = isLeft || isRefused(all, chosen, names) ? ExitCode.failed : ExitCode.ok;
  if (plans.length === 0) {
    print(
      code === ExitCode.ok ? 'nothing to do: no server is wrapped there' : 'nothing was changed',
    );
    return code;
  }
  for (const line of adviceBefore(plans, () => [])) say(escapeText(line));
  if (options.dryRun === true) {
    print('nothing was changed: this was --dry-run');
    return code;
  }
  if (!(await askFor('unwrap', plans))) {
    print('nothing was changed');
    return ExitCode.failed;
  }
  const done = plans.filter(plan => writePlan(plan, 'unwrapped', kept));
  for (const line of restartAdvice(done)) print(escapeText(line));
  return done.length === plans.length ? code : ExitCode.failed;
}

function isWrapped({ line }: Server): boolean {
  return line !== undefined && unwrapped(line) !== undefined;
}
