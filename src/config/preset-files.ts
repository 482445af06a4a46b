// Where the policies that come with policy-wrap lie.
import { basename, join } from 'node:path';
import type { PresetName } from '../policy/presets.ts';

// Bundles lie in dist/, beside the package's other folders.
const PACKAGE = join(__dirname, basename(__dirname) === 'dist' ? '..' : '../..');

export function presetFile(name: PresetName): string {
  return join(PACKAGE, 'examples/policies', name, 'policy.json');
}
