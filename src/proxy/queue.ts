// Work in order, at once where nothing waits: what comes later must not overtake what waits for the
// store, and a store that answers at once costs no turn of the event loop.
import type { MaybePromise } from '../store/contract.ts';

/** `began` is called when something has to wait, `emptied` when nothing does any more. */
export function inOrder(
  began: () => void,
  emptied: () => void,
): (work: () => MaybePromise<void>) => void {
  let last: Promise<void> | undefined;
  return work => {
    const result = last === undefined ? work() : last.then(work);
    if (!(result instanceof Promise)) return;
    if (last === undefined) began();
    last = result;
    void result.finally(() => {
      if (last !== result) return;
      last = undefined;
      emptied();
    });
  };
}
