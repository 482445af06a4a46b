// argv → command. The only place that ends the process.
import { run } from './commands/run.ts';
import { isRunOption } from './config/options.ts';
import { ExitCode, PolicyWrapError } from './errors.ts';
import { nearest } from './policy/messages/nearest.ts';
import { escapeText } from './terminal/escape.ts';
import { tolerateClosedStderr } from './terminal/stderr.ts';

const COMMANDS: ReadonlySet<string> = new Set([
  'check',
  'test',
  'explain',
  'simulate',
  'schema',
  'import',
  'init',
  'inventory',
  'log',
  'approvals',
  'approve',
  'deny',
  'install',
  'uninstall',
  'demo',
  'doctor',
  'help',
]);

interface Ending {
  readonly code: number;
  /** Wait until stdout is read. */
  readonly flush: boolean;
}

async function main(argv: readonly string[]): Promise<Ending> {
  // Everything of the main job stands before and after `--`; nothing else of ours is loaded for it.
  const separator = argv.indexOf('--');
  // What follows it there is the server to ask.
  if (separator >= 0 && argv[0] !== 'init') {
    const options = argv.slice(argv[0] === 'run' ? 1 : 0, separator);
    return { code: await run(options, argv.slice(separator + 1)), flush: false };
  }
  const [first] = argv;
  if (first !== undefined && isRunOption(first))
    throw new PolicyWrapError('PW_USAGE', "there is no `--` before the server's command", {
      help: `policy-wrap ${first} … -- <command> [args…]`,
      exitCode: ExitCode.usage,
    });
  if (first !== undefined && !first.startsWith('-') && !COMMANDS.has(first))
    throw unknownCommand(first, argv);
  if (first === undefined || first === 'run')
    throw new PolicyWrapError('PW_USAGE', 'there is no server to wrap', {
      help: 'policy-wrap -- <command> [args…] wraps a server; policy-wrap --help lists everything',
      exitCode: ExitCode.usage,
    });
  // `policy-wrap log | head`: whoever reads has seen enough.
  process.stdout.on('error', () => process.exit(ExitCode.ok));
  const { runCommand } = await import('./commands/program.ts');
  return { code: await runCommand(argv), flush: true };
}

// A word that is nearly a command's is one mistyped; any other is the command of a server.
function unknownCommand(word: string, argv: readonly string[]): PolicyWrapError {
  const near = nearest(word, [...COMMANDS]);
  return new PolicyWrapError('PW_USAGE', `unknown command \`${word}\``, {
    help:
      near === undefined
        ? `to wrap a server, put \`--\` before its command: policy-wrap -- ${argv.join(' ')}`
        : `did you mean \`policy-wrap ${near}\`? policy-wrap --help lists all commands`,
    exitCode: ExitCode.usage,
  });
}

function report(error: unknown): number {
  if (!(error instanceof PolicyWrapError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    for (const line of `this is a bug in policy-wrap: ${stack}`.split('\n'))
      process.stderr.write(`policy-wrap: ${escapeText(line)}\n`);
    return ExitCode.failed;
  }
  const say = (text: string) => process.stderr.write(`policy-wrap: ${escapeText(text)}\n`);
  for (const line of error.message.split('\n')) say(line);
  say(`help: ${error.help ?? 'docs/errors.md has the code'} (${error.code})`);
  return error.exitCode;
}

// The wrapper has seen to its own output; what a command prints waits for its reader, however slow.
function end({ code, flush }: Ending): void {
  process.exitCode = code;
  if (!flush) process.exit(code);
  process.stdout.on('error', () => process.exit(code));
  process.stdout.write('', () => process.exit(code));
}

const ending = main(process.argv.slice(2));
// Behind the start of a server, which need not wait until a stream is made.
tolerateClosedStderr();
ending.then(end, (error: unknown) => end({ code: report(error), flush: false }));
