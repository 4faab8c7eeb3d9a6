import { readFileSync } from 'node:fs';
import type { Figures, Slice, Warmth } from './measure.ts';
import { bootstrapped, disturbanceOf, type Interval } from './statistics.ts';

/** What is asked of Doorstep alone: how its cost grows. */
export interface Finding {
  what: string;
  goal: string;
  found: string;
}

/** Everything that was measured; all tables are made of it. */
export interface Results {
  date: string;
  versions: Record<string, string>;
  machine: { cpu: string; cores: number; pinned: boolean };
  /** Requests a second of the open loop. */
  rate: number | null;
  warmth: Warmth[];
  slices: Slice[];
  /** From process start to listening, milliseconds, by contender. */
  starts: Record<string, number[]>;
  /** Resident memory after the first answer, bytes, by contender. */
  atRest: Record<string, number>;
  findings: Finding[];
}

export type Measure = keyof Figures;

/** What is compared: Doorstep with a contender. */
export interface Comparison {
  scenario: string;
  against: string;
  of?: Measure;
}

/** The slices that count. */
export const undisturbed = (slices: Slice[]): Slice[] =>
  slices.filter(({ busy }) => disturbanceOf(busy) === null);

/**
 * Doorstep ÷ a contender, slice by slice: what slows a whole slice slows both.
 *
 * @returns null where fewer than five slices had both
 */
export function ratio(slices: Slice[], { scenario, against, of = 'cpu' }: Comparison) {
  const ratios = slices.flatMap(({ scenario: name, bursts }) => {
    const { doorstep, [against]: other } = bursts;
    return name === scenario && doorstep && other ? [doorstep[of] / other[of]] : [];
  });
  return bootstrapped(ratios);
}

/** Doorstep's starts ÷ those of a contender, round by round. */
export function startRatio({ starts }: Pick<Results, 'starts'>, against: string): Interval | null {
  const { doorstep = [], [against]: other = [] } = starts;
  return bootstrapped(
    doorstep.slice(0, other.length).map((took, round) => took / (other[round] ?? Number.NaN)),
  );
}

/** The figures of one contender, slice by slice. */
export function figures(slices: Slice[], contender: string, scenario: string): Figures[] {
  return slices.flatMap(({ scenario: name, bursts }) => {
    const { [contender]: found } = bursts;
    return name === scenario && found ? [found] : [];
  });
}

/** Reads a results.json that `--save` wrote. @throws when it is of an earlier benchmark. */
export function readResults(file: string): Results {
  const results: Results = JSON.parse(readFileSync(file, 'utf8'));
  if (!results.slices) throw new Error(`${file} was written by an earlier benchmark`);
  return results;
}
