// The policies that come with policy-wrap: for servers it knows, and for all others.
import ecs from '../../examples/policies/ecs/policy.json' with { type: 'json' };
import recommended from '../../examples/policies/recommended/policy.json' with { type: 'json' };
import type { PolicySource } from './load.ts';

const PRESETS = { ecs, recommended } as const;
export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

// Package names in one spelling, as Python's index compares them: runs of `-`, `_`, `.` are one `-`.
const SERVERS: ReadonlyMap<string, PresetName> = new Map([
  ['awslabs-ecs-mcp-server', 'ecs'],
  ['ecs-mcp-server', 'ecs'],
]);

export function isPreset(name: string): name is PresetName {
  return Object.hasOwn(PRESETS, name);
}

export function presetSource(name: PresetName): PolicySource {
  return { name: `preset:${name}`, text: JSON.stringify(PRESETS[name], null, 2), format: 'json' };
}

/** The preset of a server by its name; the recommended policy where none is known. */
export function presetFor(server: string): PresetName {
  return SERVERS.get(server.toLowerCase().replace(/[-_.]+/g, '-')) ?? 'recommended';
}
