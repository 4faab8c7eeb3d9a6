/** A median with the interval that holds it in 95 of 100 runs, by the bootstrap. */
export interface Interval {
  median: number;
  low: number;
  high: number;
  /** How many values it is made of. */
  count: number;
}

/** 'undecided': the limit lies inside the interval. */
export type Verdict = 'met' | 'missed' | 'undecided';

/** Of fewer, no interval says anything. */
export const FEWEST = 5;

const RESAMPLES = 2000;

/** @returns NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** The value below which that share of sorted values lies. @returns 0 for no values. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/**
 * Numbers from 0 up to 1 that look random and are the same for the same seed (mulberry32): the same
 * measurements give the same interval.
 */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The same elements in another order (Fisher and Yates). */
export function shuffled<T>(elements: readonly T[], random: () => number): T[] {
  const rest = [...elements];
  const order: T[] = [];
  while (rest.length > 0) order.push(...rest.splice(Math.floor(random() * rest.length), 1));
  return order;
}

/**
 * The median with its 95 % interval: percentile bootstrap, 2,000 resamples
 * (Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13).
 *
 * @returns null for fewer than five values
 */
export function bootstrapped(values: readonly number[], seed = 1): Interval | null {
  if (values.length < FEWEST) return null;
  const random = seeded(seed);
  const drawn = () => values[Math.floor(random() * values.length)] ?? Number.NaN;
  const medians = Float64Array.from({ length: RESAMPLES }, () =>
    median(Array.from({ length: values.length }, drawn)),
  ).sort();
  return {
    median: median(values),
    low: percentile(medians, 0.025),
    high: percentile(medians, 0.975),
    count: values.length,
  };
}

/** Whether a value that must be at most `most` is so, as far as the interval lets it be said. */
export function verdict({ low, high }: Interval, most: number): Verdict {
  if (high <= most) return 'met';
  return low > most ? 'missed' : 'undecided';
}

/** Half of the interval as a share of the median: 0.05 reads as ± 5 %. */
export function halfWidth({ median: middle, low, high }: Interval): number {
  return (high - low) / 2 / middle;
}

/**
 * Whether a contender is warm: the median of its last `size` measurements is no more than `tolerance`
 * below that of the `size` before them. Slower than before is warm, too: then the machine is.
 */
export function isFlat(values: readonly number[], { size, tolerance }: Flatness): boolean {
  if (values.length < 2 * size) return false;
  const before = median(values.slice(-2 * size, -size));
  return median(values.slice(-size)) >= before * (1 - tolerance);
}

export interface Flatness {
  size: number;
  /** As a share: 0.03 for 3 %. */
  tolerance: number;
}

/** CPU time while a slice was measured, milliseconds. */
export interface Busy {
  /** By the clock on the wall. */
  wall: number;
  /** User and system time of all processes. */
  all: number;
  /** Of those that belong to the benchmark. */
  own: number;
  /** What the hypervisor gave to somebody else. */
  steal: number;
}

export type Disturbance = 'steal' | 'other processes';

/** /proc/stat samples by ticks of 10 ms, on each core: so much may be missing or too much. */
const TICKS_MS = 50;
const TOLERATED = 0.05;

/**
 * What disturbed a slice: more than 5 % of the time on the wall, stolen or used by others.
 *
 * @returns null when nothing did
 */
export function disturbanceOf({ wall, all, own, steal }: Busy): Disturbance | null {
  const most = Math.max(TICKS_MS, wall * TOLERATED);
  if (steal > most) return 'steal';
  return all - own > most ? 'other processes' : null;
}

/** How far two medians are apart, in % of the smaller. */
export function disagreement(a: number, b: number): number {
  return (Math.max(a, b) / Math.min(a, b) - 1) * 100;
}
