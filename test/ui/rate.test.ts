import { describe, expect, it } from 'vitest';
import { createRateMeter } from '../../src/ui/rate.js';
import { step, validation } from './events.js';

/** A meter whose clock the test sets, and a step of 100 tokens. */
function stopwatch(steps = 100) {
  let time = 0;
  let done = 0;
  const meter = createRateMeter(() => time);
  return {
    meter,
    run(seconds: number, count = 1) {
      for (let i = 0; i < count; i++) {
        time += seconds;
        done++;
        meter.observe(step({ step: done, steps, tokens: done * 100 }));
      }
    },
    pause(seconds: number) {
      time += seconds;
      meter.observe(validation());
    },
  };
}

describe('createRateMeter', () => {
  it('says nothing before a step can be measured', () => {
    const { meter, run } = stopwatch();
    expect(meter.read()).toEqual({});
    run(1, 2);
    expect(meter.read()).toEqual({});
  });

  it('excludes the first, slow steps', () => {
    const { meter, run } = stopwatch();
    run(30);
    run(10);
    run(0.5);
    expect(meter.read().tokensPerSecond).toBeCloseTo(200, 9);
    expect(meter.read().secondsLeft).toBeCloseTo(97 * 0.5, 9);
  });

  it('counts pauses into the time left, not into the speed', () => {
    const { meter, run, pause } = stopwatch();
    run(1, 12);
    pause(20);
    run(1, 10);
    expect(meter.read().tokensPerSecond).toBeCloseTo(100, 9);
    expect(meter.read().secondsLeft).toBeCloseTo(((20 + 20) / 20) * 78, 9);
  });

  it('follows a change of speed within seconds, and a single slow step hardly', () => {
    const { meter, run } = stopwatch(10_000);
    run(0.1, 100);
    run(0.4);
    expect(meter.read().tokensPerSecond).toBeGreaterThan(900);
    run(0.2, 100);
    expect(meter.read().tokensPerSecond).toBeGreaterThan(500);
    expect(meter.read().tokensPerSecond).toBeLessThan(520);
  });
});
