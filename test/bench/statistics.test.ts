import { describe, expect, it } from 'vitest';
import {
  bootstrapped,
  disagreement,
  disturbanceOf,
  halfWidth,
  isFlat,
  median,
  percentile,
  seeded,
  shuffled,
  verdict,
} from '../../bench/statistics.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('the median', () => {
  it('is the one in the middle, or between the two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 7])).toBe(6);
    expect(median([])).toBeNaN();
  });

  it('leaves the order of what it is given alone', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

it('a percentile is a value of the list, the last one at most', () => {
  expect(percentile(upTo(100), 0.5)).toBe(51);
  expect(percentile(upTo(100), 0.99)).toBe(100);
  expect(percentile(upTo(10), 1)).toBe(10);
  expect(percentile([], 0.5)).toBe(0);
});

describe('what is random', () => {
  it('is the same for the same seed, and another for another', () => {
    const first = seeded(7);
    const again = seeded(7);
    const numbers = upTo(1000).map(() => first());
    expect(upTo(1000).map(() => again())).toEqual(numbers);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(seeded(8)()).not.toBe(numbers[0]);
  });

  it('is spread evenly', () => {
    const random = seeded(1);
    const tenths = Array<number>(10).fill(0);
    for (const _ of upTo(10_000)) {
      const tenth = Math.floor(random() * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(900);
    expect(Math.max(...tenths)).toBeLessThan(1100);
  });

  it('orders anew, loses nothing and brings each to the front', () => {
    const random = seeded(3);
    const firsts = new Set<number>();
    for (const _ of upTo(100)) {
      const order = shuffled(upTo(5), random);
      firsts.add(order[0] ?? 0);
      expect([...order].sort()).toEqual(upTo(5));
    }
    expect(firsts.size).toBe(5);
  });
});

describe('the interval', () => {
  it('is the same for the same values, and holds the median', () => {
    const values = upTo(30).map((value) => value / 10);
    const interval = bootstrapped(values);
    expect(bootstrapped(values)).toEqual(interval);
    expect(interval).toMatchObject({ median: 1.55, count: 30 });
    expect(interval?.low).toBeLessThan(1.55);
    expect(interval?.high).toBeGreaterThan(1.55);
  });

  it('is narrower the more values there are', () => {
    const random = seeded(5);
    const width = (count: number) => {
      const interval = bootstrapped(upTo(count).map(() => 1 + random() / 5));
      return interval ? halfWidth(interval) : Number.NaN;
    };
    expect(width(400)).toBeLessThan(width(20) / 2);
  });

  it('is not moved by one value that is far off', () => {
    const values = [...upTo(29).map(() => 1), 1000];
    expect(bootstrapped(values)).toEqual({ median: 1, low: 1, high: 1, count: 30 });
  });

  it('holds the true median in about 95 of 100 runs', () => {
    const random = seeded(11);
    const runs = upTo(100).map((seed) => bootstrapped(upTo(25).map(random), seed));
    const held = runs.filter((run) => run && run.low <= 0.5 && run.high >= 0.5).length;
    expect(held).toBeGreaterThan(88);
  });

  it('is not given for fewer than five values', () => {
    expect(bootstrapped([1, 1, 1, 1])).toBeNull();
    expect(bootstrapped([1, 1, 1, 1, 1])).not.toBeNull();
  });
});

it('a goal inside the interval is undecided', () => {
  const interval = { median: 0.5, low: 0.45, high: 0.55, count: 20 };
  expect(verdict(interval, 0.6)).toBe('met');
  expect(verdict(interval, 0.55)).toBe('met');
  expect(verdict(interval, 0.52)).toBe('undecided');
  expect(verdict(interval, 0.48)).toBe('undecided');
  expect(verdict(interval, 0.44)).toBe('missed');
});

describe('warm', () => {
  const flatness = { size: 3, tolerance: 0.03 };

  it('is what no longer gets quicker', () => {
    expect(isFlat([90, 80, 70, 60, 50, 40], flatness)).toBe(false);
    expect(isFlat([90, 80, 70, 60, 50, 40, 40, 41, 40], flatness)).toBe(false);
    expect(isFlat([90, 80, 50, 41, 40, 40, 40, 41, 40], flatness)).toBe(true);
  });

  it('is not known of few values', () => {
    expect(isFlat([40, 40, 40, 40, 40], flatness)).toBe(false);
  });

  it('is what gets slower: that is the machine', () => {
    expect(isFlat([40, 40, 40, 60, 60, 60], flatness)).toBe(true);
  });
});

describe('a slice is disturbed', () => {
  const quiet = { wall: 1000, all: 1000, own: 990, steal: 0 };

  it('not by what /proc/stat cannot tell', () => {
    expect(disturbanceOf(quiet)).toBeNull();
    expect(disturbanceOf({ ...quiet, own: 1040 })).toBeNull();
    expect(disturbanceOf({ ...quiet, wall: 100, own: 955 })).toBeNull();
  });

  it('by other processes', () => {
    expect(disturbanceOf({ ...quiet, own: 930 })).toBe('other processes');
  });

  it('by what the hypervisor took', () => {
    expect(disturbanceOf({ ...quiet, steal: 60 })).toBe('steal');
  });
});

it('two medians disagree by so many percent of the smaller', () => {
  expect(disagreement(1, 1.05)).toBeCloseTo(5);
  expect(disagreement(1.05, 1)).toBeCloseTo(5);
  expect(disagreement(2, 2)).toBe(0);
});
