// Methods that the protocol does not have: which of them a policy lets through.
import type { Policy } from '../policy/policy.ts';
import { folded } from '../rpc/fold.ts';
import { NOTIFICATIONS, REQUESTS } from './methods.ts';

const KNOWN = new Set([...REQUESTS.keys(), ...NOTIFICATIONS].map(folded));

/**
 * True where the first layer, the server's own, names the method, and so does every other layer that
 * names any: a further layer never allows more.
 */
export function isVendors([own, ...further]: readonly Policy[], method: string): boolean {
  if (own?.methods?.has(method) !== true) return false;
  // A lenient server may take it for the protocol's, or carry out as a notification what is a request.
  if (KNOWN.has(folded(method))) return false;
  return further.every(({ methods }) => methods === undefined || methods.has(method));
}
