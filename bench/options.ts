import { parseArgs } from 'node:util';
import type { Flatness } from './statistics.ts';

export interface Options {
  /** The Node that runs the contenders. */
  node: string;
  /** How long slices are measured; warming up comes before that. */
  minutes: number;
  /** Rounds after which it ends although there is time. */
  rounds: number;
  /** Requests in one burst. */
  requests: number;
  /** Sign-ins in one burst. */
  signIns: number;
  /** Starts of each contender. */
  starts: number;
  warmUp: Flatness & { atMost: number };
  /** The seed of all that is random. */
  seed: number;
  /** Counts disturbed slices too. */
  keepDisturbed: boolean;
  /** Where results and chart go; null writes nothing. */
  save: string | null;
  parts: ('contenders' | 'experiments')[];
  /** Names of contenders, and of what they are measured for; all unless given. */
  only: string[];
  scenarios: string[];
  /** A built checkout of Doorstep that is measured too. */
  against: string | null;
}

/** What is asked for: a run, or tables of earlier ones. */
export type Wish =
  | { run: Options }
  | { compare: [string, string]; keepDisturbed: boolean }
  | { report: string; keepDisturbed: boolean }
  | { help: string };

const HELP = `npm run bench -- [options]
  --quick            a minute of measuring, some contenders only, and how wide its intervals are
  --part NAME        contenders (the default), experiments (Doorstep alone, 5 minutes) or all
  --minutes N        of measuring (8; with --quick 0.6); starting and warming up take 3 more
  --rounds N         ends after so many rounds, if that is sooner
  --only A,B         these contenders, beside the lower bound and Doorstep
  --scenarios A,B    these scenarios
  --against PATH     another checkout of Doorstep too, installed and built: what a change has paid
  --node PATH        runs the contenders on another Node
  --seed N           of the order and of the intervals (1)
  --keep-disturbed   counts slices too during which others used the machine
  --save FOLDER      writes results.json and chart.svg there
  --report FILE      the tables of a results.json, without measuring
  --compare A B      how far the medians of two results.json agree, in %
`;

/** @throws when an option is unknown or has a wrong value. */
export function readOptions(words: string[]): Wish {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      node: { type: 'string', default: process.execPath },
      minutes: { type: 'string' },
      rounds: { type: 'string' },
      only: { type: 'string' },
      scenarios: { type: 'string' },
      against: { type: 'string' },
      part: { type: 'string', default: 'contenders' },
      seed: { type: 'string', default: '1' },
      'keep-disturbed': { type: 'boolean', default: false },
      save: { type: 'string' },
      report: { type: 'string' },
      compare: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, part, node, compare, report } = values;
  const keepDisturbed = values['keep-disturbed'];
  const [second] = positionals;
  if (values.help) return { help: HELP };
  if (compare && second) return { compare: [compare, second], keepDisturbed };
  if (report) return { report, keepDisturbed };
  if (compare || second || !['contenders', 'experiments', 'all'].includes(part)) {
    throw new Error(HELP);
  }
  return {
    run: {
      node,
      minutes: number(values.minutes, quick ? 0.6 : 8),
      rounds: number(values.rounds, Number.POSITIVE_INFINITY),
      requests: quick ? 120 : 200,
      signIns: quick ? 2 : 3,
      // Five, or there is no interval.
      starts: quick ? 0 : 5,
      warmUp: quick
        ? { size: 2, tolerance: 0.1, atMost: 6 }
        : { size: 4, tolerance: 0.03, atMost: 24 },
      seed: number(values.seed, 1),
      keepDisturbed,
      save: values.save ?? null,
      parts: [
        ...(part === 'experiments' ? [] : (['contenders'] as const)),
        ...(part === 'contenders' ? [] : (['experiments'] as const)),
      ],
      only: list(values.only) ?? (quick ? ['kit', 'plain', 'fastify', 'hono'] : []),
      against: values.against ?? null,
      scenarios: list(values.scenarios) ?? (quick ? ['home-in', 'start', 'sign-in'] : []),
    },
  };
}

const list = (words: string | undefined) => words?.split(',');

function number(word: string | undefined, otherwise: number): number {
  const value = Number(word ?? otherwise);
  if (!(value > 0)) throw new Error(HELP);
  return value;
}
