// `policy-wrap schema`: the JSON Schema of a policy, as the package has it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode } from '../errors.ts';

export function schema(): number {
  // Bundles lie in dist/, beside it.
  process.stdout.write(readFileSync(join(__dirname, 'policy.schema.json')));
  return ExitCode.ok;
}
