// The commands that read and write clients' configurations, and their options.
import type { Command } from 'commander';

/** `run` gets the command that was asked for. */
export function addClientCommands(
  program: Command,
  run: (command: () => Promise<number>) => Promise<void>,
): void {
  program
    .command('install')
    .description('wrap the servers in the configurations of your clients')
    .argument(
      '[client]',
      'only of this client: claude-desktop, cursor, vscode, codex, … (default: all)',
    )
    .argument('[server...]', 'only these servers')
    .option('--project', 'in the files of the project you are in, instead of your own')
    .option(
      '--policy <file>',
      'under this policy, or preset:ecs; repeat it for more layers',
      listed,
    )
    .option('--mode <mode>', 'enforce, or observe: decide and record, block nothing')
    .option('--grant <name>', 'whose counters are used')
    .option(
      '--despite-lists',
      'also where a list of allowed or denied servers goes by command lines',
    )
    .option('--remote', 'also servers at a URL, through mcp-remote or mcp-proxy-for-aws')
    .option('--dry-run', 'show what would change, and change nothing')
    .option('-y, --yes', 'do not ask')
    .action((client, servers, options) =>
      run(async () => (await import('./install.ts')).install(client, servers, options)),
    );
  program
    .command('uninstall')
    .description('start servers without policy-wrap again: each entry as it was')
    .argument('[client]', 'only of this client (default: all)')
    .argument('[server...]', 'only these servers')
    .option('--project', 'in the files of the project you are in, instead of your own')
    .option('--dry-run', 'show what would change, and change nothing')
    .action((client, servers, options) =>
      run(async () => (await import('./uninstall.ts')).uninstall(client, servers, options)),
    );
}

function listed(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
