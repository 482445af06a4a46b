// `policy-wrap import`: another tool's policy in policy-wrap's language, with a note for what differs.
import { writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { readText } from '../config/text-file.ts';
import { whyUnreadable } from '../config/unreadable.ts';
import { ExitCode, messageOf, PolicyWrapError } from '../errors.ts';
import { importIntercept } from '../import/intercept.ts';
import { readIntercept } from '../import/read.ts';
import { renderJson, renderYaml } from '../import/render.ts';
import { escapeText } from '../terminal/escape.ts';

export interface ImportOptions {
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const TOOLS: readonly string[] = ['intercept'];

export async function importPolicy(
  tool: string,
  file: string,
  options: ImportOptions,
): Promise<number> {
  if (!TOOLS.includes(tool))
    throw new PolicyWrapError('PW_USAGE', `policies of \`${tool}\` cannot be imported`, {
      help: `only of ${TOOLS.join(', ')}: policy-wrap import intercept FILE`,
      exitCode: ExitCode.usage,
    });
  const read = await readIntercept(file, textOf(file));
  if ('problems' in read)
    throw new PolicyWrapError('PW_IMPORT', read.problems.join('\n'), {
      help: "mend these, or check the file with Intercept's own `intercept validate -c`; a policy with `limits` in place of `rules` is policy-wrap's own format",
      exitCode: ExitCode.usage,
    });
  const imported = importIntercept(read.document);
  const { out } = options;
  const isJson = options.json || (out !== undefined && extname(out) === '.json');
  const text = isJson ? renderJson(imported) : await renderYaml(imported, basename(file));
  if (out === undefined) process.stdout.write(text);
  else write(out, text, options.force === true);
  for (const note of imported.notes) say(`note: ${note}`);
  if (out !== undefined) say(`wrote ${out}`);
  return ExitCode.ok;
}

function textOf(file: string): string {
  try {
    return readText(file);
  } catch (error) {
    throw unreadable(file, whyUnreadable(error), error);
  }
}

function unreadable(file: string, why: string, cause: unknown): PolicyWrapError {
  return new PolicyWrapError('PW_IMPORT', `cannot read ${file}: ${why}`, {
    help: "give the path of Intercept's policy file",
    exitCode: ExitCode.usage,
    cause,
  });
}

function write(file: string, text: string, force: boolean): void {
  try {
    writeFileSync(file, text, { flag: force ? 'w' : 'wx', mode: 0o600 });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new PolicyWrapError(
      isThere ? 'PW_USAGE' : 'PW_IMPORT',
      isThere ? `${file} is there already` : `cannot write ${file}: ${messageOf(error)}`,
      {
        help: isThere
          ? 'name another file with --out, or replace it with --force'
          : 'name another file with --out',
        exitCode: isThere ? ExitCode.usage : ExitCode.failed,
        cause: error,
      },
    );
  }
}

function say(text: string): void {
  process.stderr.write(`policy-wrap: ${escapeText(text)}\n`);
}
