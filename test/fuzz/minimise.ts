// A finding made small: events, lines and bytes are left out as long as the same promise is broken.
import type { Event, Scenario } from './conversation.ts';

/** `isStill`: whether a scenario breaks the same promise. Tries at most `tries` of them. */
export function minimised(
  scenario: Scenario,
  isStill: (scenario: Scenario) => boolean,
  tries = 5000,
): Scenario {
  let best = scenario;
  let left = tries;
  const attempt = (candidate: Scenario): boolean => {
    if (left-- <= 0 || !isStill(candidate)) return false;
    best = candidate;
    return true;
  };
  attempt({ ...best, cuts: [] });
  attempt({ ...best, cap: 1 << 20 });
  attempt({ ...best, goneBefore: best.events.length });
  let before: number;
  do {
    before = sizeOf(best);
    shrinkList(
      () => best.events,
      events => attempt(withEvents(best, events)),
    );
    for (let i = 0; i < best.events.length; i++) {
      const put = (event: Event) =>
        attempt(
          withEvents(
            best,
            best.events.map((old, at) => (at === i ? event : old)),
          ),
        );
      const event = () => best.events[i] as Event;
      if (event().storeFails) put({ ...event(), storeFails: false });
      shrinkList(
        () => linesOf(event().bytes),
        lines => put({ ...event(), bytes: Buffer.concat(lines) }),
      );
      shrinkList(
        () => [...event().bytes],
        bytes => put({ ...event(), bytes: Buffer.from(bytes) }),
      );
    }
  } while (sizeOf(best) < before && left > 0);
  return best;
}

function withEvents(scenario: Scenario, events: readonly Event[]): Scenario {
  const goneBefore = Math.min(scenario.goneBefore, events.length);
  return { ...scenario, events, goneBefore };
}

/** Leaves out halves, quarters and so on down to single items, where `attempt` agrees. */
function shrinkList<T>(list: () => readonly T[], attempt: (items: readonly T[]) => boolean): void {
  for (let size = Math.ceil(list().length / 2); size >= 1; size = Math.floor(size / 2)) {
    let at = 0;
    while (at < list().length) {
      const items = list();
      if (!attempt([...items.slice(0, at), ...items.slice(at + size)])) at += size;
    }
  }
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const lf = bytes.indexOf(0x0a, from);
    const to = lf < 0 ? bytes.length : lf + 1;
    lines.push(bytes.subarray(from, to));
    from = to;
  }
  return lines;
}

function sizeOf({ events }: Scenario): number {
  return events.reduce((sum, { bytes }) => sum + bytes.length + 1, 0);
}
