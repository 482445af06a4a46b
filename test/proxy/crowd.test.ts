// A client that sends far ahead is read no further for a moment, and never for good.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Crowd } from '../../src/proxy/crowd.ts';

function crowd() {
  const inFlight = { count: 0 };
  const done: string[] = [];
  const input = {
    hold: (reason: string) => done.push(`hold ${reason}`),
    release: (reason: string) => done.push(`release ${reason}`),
  };
  const subject = new Crowd(
    () => inFlight.count,
    () => input,
  );
  return { subject, inFlight, done };
}

describe('a client', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('that waits for its answers is read as it sends', () => {
    const { subject, inFlight, done } = crowd();
    for (inFlight.count = 1; inFlight.count <= 4000; inFlight.count += 100) {
      subject.grown();
      subject.shrunk();
    }
    vi.advanceTimersByTime(1000);
    expect(done).toEqual([]);
  });

  it('that sends ahead is held, once, until half is answered', () => {
    const { subject, inFlight, done } = crowd();
    inFlight.count = 4001;
    subject.grown();
    inFlight.count = 4400;
    subject.grown();
    inFlight.count = 2001;
    subject.shrunk();
    expect(done).toEqual(['hold flight']);
    inFlight.count = 2000;
    subject.shrunk();
    subject.shrunk();
    vi.advanceTimersByTime(1000);
    expect(done).toEqual(['hold flight', 'release flight']);
  });

  it('that is not answered goes on after a moment, and is held again by thousands more', () => {
    const { subject, inFlight, done } = crowd();
    inFlight.count = 9000;
    subject.grown();
    vi.advanceTimersByTime(19);
    expect(done).toEqual(['hold flight']);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['hold flight', 'release flight']);
    // One call behind the others that is answered, and another, and another.
    for (let i = 0; i < 100; i++) {
      inFlight.count = 9001;
      subject.grown();
      inFlight.count = 9000;
      subject.shrunk();
    }
    inFlight.count = 11_000;
    subject.grown();
    expect(done).toHaveLength(2);
    inFlight.count = 11_001;
    subject.grown();
    expect(done).toEqual(['hold flight', 'release flight', 'hold flight']);
  });

  it('that has been answered begins anew', () => {
    const { subject, inFlight, done } = crowd();
    inFlight.count = 9000;
    subject.grown();
    vi.advanceTimersByTime(20);
    inFlight.count = 2000;
    subject.shrunk();
    inFlight.count = 4001;
    subject.grown();
    expect(done).toEqual(['hold flight', 'release flight', 'hold flight']);
  });
});
