// What is compared: each variant is the command that stands between the client and a server.
import { beside, WRAPPER } from './workshop.mjs';

export const DIRECT = 'direct';
export const PUMP = 'pump';
export const READLINE = 'readline';
export const OPEN = 'policy-wrap';
export const LIMITED = 'policy-wrap, limit + audit';

const node = process.execPath;

/** `{workshop, server}` → the command, by name of the variant. */
export const VARIANTS = {
  [DIRECT]: ({ server }) => server,
  [PUMP]: ({ server }) => [node, beside('pump.mjs'), ...server],
  [READLINE]: ({ server, workshop }) => [
    node,
    beside('readline.mjs'),
    workshop.policies.open,
    ...server,
  ],
  [OPEN]: wrapped('open'),
  [LIMITED]: wrapped('limited'),
};

/** The server behind policy-wrap, under one of the policies. */
export function wrapped(policy, ...options) {
  return ({ server, workshop }) => [
    ...[node, WRAPPER, '--log-level', 'warn', '--policy', workshop.policies[policy]],
    ...[...options, '--', ...server],
  ];
}

export function pick(...names) {
  return Object.fromEntries(names.map(name => [name, VARIANTS[name]]));
}
