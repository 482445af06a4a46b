// The commands of the approval queue, as the command line has them.
import type { Command } from 'commander';

/** `run` takes the exit code of the command that was called. */
export function addApprovalCommands(
  program: Command,
  run: (command: () => Promise<number>) => Promise<void>,
): void {
  const approvals = program
    .command('approvals')
    .description("calls that wait for a person's approval, and answers that are remembered")
    .enablePositionalOptions()
    .option('--json', 'one JSON array')
    .option('--remembered', 'answers that hold for a while, with their numbers')
    .option('--server <name>', 'only this server')
    .option('--state <file>', 'another state file')
    .action(options => run(async () => (await import('./approvals.ts')).approvals(options)));
  approvals
    .command('show')
    .description('one request, arguments at any length')
    .argument('<id>')
    .option('--json', 'one JSON object')
    .option('--state <file>', 'another state file')
    .action((id, _, command) =>
      run(async () => (await import('./approvals-show.ts')).show(id, command.optsWithGlobals())),
    );
  approvals
    .command('watch')
    .description('requests as they come; at a terminal, answered by a key')
    .option('--server <name>', 'only this server')
    .option('--state <file>', 'another state file')
    .action((_, command) =>
      run(async () => (await import('./approvals-watch.ts')).watch(command.optsWithGlobals())),
    );
  approvals
    .command('revoke')
    .description('forget remembered answers')
    .argument('[number...]', 'as approvals --remembered has them')
    .option('--all', 'all of them')
    .option('--state <file>', 'another state file')
    .action((numbers, _, command) =>
      run(async () =>
        (await import('./approvals-revoke.ts')).revokeRemembered(
          numbers,
          command.optsWithGlobals(),
        ),
      ),
    );
  program
    .command('approve')
    .description('say yes to a request; at a terminal only')
    .argument('<id>', 'as approvals lists it')
    .option('--remember', 'for the same call again too, as long as its policy lets a yes hold')
    .option('--yes', 'without the question')
    .option('--state <file>', 'another state file')
    .action((id, options) => run(async () => (await import('./approve.ts')).approve(id, options)));
  program
    .command('deny')
    .description('say no to a request; at a terminal only')
    .argument('<id>', 'as approvals lists it')
    .option('--reason <text>', 'what the agent is told of it')
    .option('--state <file>', 'another state file')
    .action((id, options) => run(async () => (await import('./deny.ts')).deny(id, options)));
}
