// A client that sends far ahead is read no further for a moment, and never for good.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Crowd } from '../../src/proxy/crowd.ts';

function crowd() {
  const session = { inFlight: 0 };
  const done: string[] = [];
  const input = {
    hold: (reason: string) => done.push(`hold ${reason}`),
    release: (reason: string) => done.push(`release ${reason}`),
  };
  const subject = new Crowd(session, input);
  return {
    done,
    /** The client has sent something, and so many are in flight. */
    grown(inFlight: number) {
      session.inFlight = inFlight;
      subject.grown();
    },
    /** The server has said something, and so many are left. */
    shrunk(inFlight: number) {
      session.inFlight = inFlight;
      subject.shrunk();
    },
  };
}

describe('a client', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('that waits for its answers is read as it sends', () => {
    const { grown, shrunk, done } = crowd();
    for (let count = 1; count <= 4000; count += 100) {
      grown(count);
      shrunk(count);
    }
    vi.advanceTimersByTime(1000);
    expect(done).toEqual([]);
  });

  it('that sends ahead is held, once, until half is answered', () => {
    const { grown, shrunk, done } = crowd();
    grown(4001);
    grown(4400);
    shrunk(2001);
    expect(done).toEqual(['hold flight']);
    shrunk(2000);
    shrunk(2000);
    vi.advanceTimersByTime(1000);
    expect(done).toEqual(['hold flight', 'release flight']);
  });

  it('that is not answered goes on after a moment, and is held again by thousands more', () => {
    const { grown, shrunk, done } = crowd();
    grown(9000);
    vi.advanceTimersByTime(19);
    expect(done).toEqual(['hold flight']);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['hold flight', 'release flight']);
    // One call behind the others that is answered, and another, and another.
    for (let i = 0; i < 100; i++) {
      grown(9001);
      shrunk(9000);
    }
    grown(11_000);
    expect(done).toHaveLength(2);
    grown(11_001);
    expect(done).toEqual(['hold flight', 'release flight', 'hold flight']);
  });

  it('that has been answered begins anew', () => {
    const { grown, shrunk, done } = crowd();
    grown(9000);
    vi.advanceTimersByTime(20);
    shrunk(2000);
    grown(4001);
    expect(done).toEqual(['hold flight', 'release flight', 'hold flight']);
  });
});
