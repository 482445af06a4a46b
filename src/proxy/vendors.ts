// Methods that the protocol does not have: which of them a policy lets through.
import type { Policy } from '../policy/policy.ts';

/**
 * True where the first layer, the server's own, names the method, and so does every other layer that
 * names any: a further layer never allows more.
 */
export function isVendors([own, ...further]: readonly Policy[], method: string): boolean {
  if (own?.methods?.has(method) !== true) return false;
  return further.every(({ methods }) => methods === undefined || methods.has(method));
}
