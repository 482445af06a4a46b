// The commands beside the main job, and the help text.
import { Command, CommanderError } from 'commander';
import { ExitCode, PolicyWrapError } from '../errors.ts';
import { addApprovalCommands } from './approval-program.ts';
import { addClientCommands } from './client-program.ts';

declare const __VERSION__: string;

const RUN_HELP = `
Wrap a server (the main job):
  policy-wrap [options] -- <command> [args…]

  --policy FILE          a policy, or preset:NAME such as preset:github; repeat it for more layers
  --mode enforce|observe observe decides and records, and blocks nothing
  --server NAME          the name that selects policy and counters (default: from the command)
  --grant NAME           whose counters are used (default: default)
  --state FILE           counters and records (default: in your state folder)
  --hide-denied          lists leave out what the policy can never allow
  --approval-timeout T   how long a call waits for a person's approval (default: 45s)
  --max-message SIZE     the longest message a client may send (default: 64MiB)
  --log-level LEVEL      error, warn, info or debug: what is said on stderr (default: info)

  Each but --mode can be set as POLICY_WRAP_POLICY, POLICY_WRAP_SERVER, …

Example:
  policy-wrap -- uvx awslabs.ecs-mcp-server
`;

/** Runs a command; returns its exit code. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  let code: number = ExitCode.ok;
  const program = new Command('policy-wrap')
    .description('Put a policy between an AI agent and any MCP server.')
    .version(__VERSION__)
    .addHelpText('after', RUN_HELP)
    .exitOverride()
    // What it would say of an error is said as everything else is, below.
    .configureOutput({ writeErr: () => {} });
  program
    .command('log')
    .description('what was asked, what was decided and why, how it ended')
    .option('-f, --follow', 'go on with what comes; a row is shown when it is decided')
    .option('--json', 'one JSON object a line')
    .option('-n, --last <count>', 'how many of the newest rows', '50')
    .option('--server <name>', 'only this server')
    .option('--state <file>', 'another state file')
    .action(async options => {
      code = await (await import('./log.ts')).log(options);
    });
  program
    .command('check')
    .description(
      'whether policies can be used: every problem at once; without a name, all of yours',
    )
    .argument('[policy...]', 'a file, or preset:ecs, preset:recommended')
    .option('--server <name>', 'all layers for this server, together')
    .option('--json', 'one JSON object')
    .action(async (names, options) => {
      code = await (await import('./check.ts')).check(names, options);
    });
  program
    .command('schema')
    .description('the JSON Schema of a policy, for editors')
    .action(async () => {
      code = (await import('./schema.ts')).schema();
    });
  program
    .command('demo')
    .description('a runaway agent against a server that policy-wrap protects')
    .action(async () => {
      code = await (await import('./demo.ts')).demo();
    });
  program
    .command('test')
    .description('run policy tests: calls in order, and what each should come to')
    .argument('[path...]', 'files, or folders to search (default: here and your own policies)')
    .option('--json', 'one JSON document')
    .action(async (paths, options) => {
      code = await (await import('./test.ts')).test(paths, options);
    });
  program
    .command('explain')
    .description('the verdict on one call, and every step that leads to it')
    .option('--tool <name>', 'the call of this tool')
    .option('--args <json>', 'with these arguments')
    .option('--resource <uri>', 'or the reading of this resource')
    .option('--prompt <name>', 'or the getting of this prompt')
    .option('--server <name>', 'under the policy and the counters of this server')
    .option('--policy <file>', 'under this policy, or preset:ecs; repeat it for layers', listed)
    .option('--grant <name>', 'whose counters are looked at (default: default)')
    .option('--mode <mode>', 'enforce or observe', 'enforce')
    .option('--state <file>', 'another state file')
    .option('--json', 'one JSON document')
    .action(async options => {
      code = await (await import('./explain.ts')).explain(options);
    });
  program
    .command('simulate')
    .description('what another policy would have said to what is on record')
    .requiredOption('--policy <file>', 'a policy, or preset:ecs; repeat it for more layers', listed)
    .option('-n, --last <count>', 'only so many of the newest rows')
    .option('--server <name>', 'only this server')
    .option('--state <file>', 'another state file')
    .option('--json', 'one JSON document')
    .action(async options => {
      code = await (await import('./simulate.ts')).simulate(options);
    });
  program
    .command('init')
    .description("a policy for a server from its tools: init -- <the server's command>")
    .argument('[command...]', 'starts the server, behind `--`')
    .option('--from-log', 'from the calls on record instead')
    .option(
      '--server <name>',
      "the server's name (default: from the command, or the only one on record)",
    )
    .option('--update', 'add what is new to the policy that is there, leave the rest as it is')
    .option(
      '--out <file>',
      "where it goes, - for stdout (default: the server's policy in your configuration folder)",
    )
    .option('--yes', 'write it without asking')
    .option('--json', 'JSON, with reasons in place of comments')
    .option('--timeout <time>', 'how long the server may take', '30s')
    .option('--state <file>', 'another state file')
    .action(async (command, options) => {
      code = await (await import('./init.ts')).init(command, options);
    });
  program
    .command('doctor')
    .description('whether all is well, and the command that mends what is not')
    .option('--start', 'start each wrapped server and list its tools too')
    .option('--timeout <time>', 'how long each server may take', '30s')
    .option('--json', 'one JSON document')
    .option('--state <file>', 'another state file')
    .action(async options => {
      code = await (await import('./doctor.ts')).doctor(options);
    });
  program
    .command('import')
    .description("another tool's policy in policy-wrap's language: import intercept FILE")
    .argument('<tool>', 'intercept (PolicyLayer)')
    .argument('<file>', 'its policy')
    .option('--out <file>', 'where the policy goes (default: stdout)')
    .option('--force', 'replace the file that --out names')
    .option('--json', 'JSON, without the notes, which go to stderr in any case')
    .action(async (tool, file, options) => {
      code = await (await import('./import.ts')).importPolicy(tool, file, options);
    });
  program
    .command('inventory')
    .description('every client, server and tool on this machine: risk, policy, grade')
    .option('--start', 'start the servers to list their tools, without asking')
    .option('--client <id>', 'only this client, such as cursor')
    .option('--timeout <duration>', 'how long one server may take', '20s')
    .option('--html <file>', 'write a page to look at or to send')
    .option('--json', 'one JSON document')
    .action(async options => {
      code = await (await import('./inventory.ts')).inventory(options);
    });
  const run = async (command: () => Promise<number>) => {
    code = await command();
  };
  addApprovalCommands(program, run);
  addClientCommands(program, run);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return ExitCode.ok;
    throw usageError(error, argv);
  }
}

function listed(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function usageError({ code, message }: CommanderError, argv: readonly string[]): PolicyWrapError {
  const [command = ''] = argv;
  // `help` with a name that is no command's would show the whole help as an error.
  const isHelp = code === 'commander.help';
  return new PolicyWrapError(
    'PW_USAGE',
    isHelp ? `unknown command \`${argv.slice(1).join(' ')}\`` : inOurWords(message),
    {
      help:
        isHelp || command.startsWith('-')
          ? 'policy-wrap --help lists commands and options'
          : `policy-wrap ${command} --help shows what it takes`,
      exitCode: ExitCode.usage,
    },
  );
}

function inOurWords(message: string): string {
  return message
    .replace(/\s+/g, ' ')
    .replace(/^error: /, '')
    .replace(/ \(Did you mean (.+?)\?\)$/, ', did you mean `$1`?')
    .replace(/'([^']*)'/g, '`$1`')
    .replace('. Expected', ': expected')
    .replace(/\.$/, '');
}
