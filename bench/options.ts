import { parseArgs } from 'node:util';

export interface Options {
  /** Fewer rounds, fewer requests, no experiments: in under a minute. */
  quick: boolean;
  /** The Node that runs the contenders. */
  node: string;
  rounds: number;
  /** Requests in one measurement. */
  requests: number;
  warmUp: number;
  /** Sign-ins in one measurement. */
  signIns: number;
  signInsToWarmUp: number;
  /** Where results and chart go; null writes nothing. */
  save: string | null;
  /** The table of contenders, and what is tried on Doorstep alone. */
  parts: ('contenders' | 'experiments')[];
  /** Names of contenders; all unless given. */
  only: string[];
}

const HELP = `npm run bench -- [options]
  --quick           under a minute, less exact
  --node PATH       runs the contenders on another Node
  --rounds N        interleaved rounds (9; with --quick 4)
  --only A,B        these contenders, beside the lower bound and Doorstep
  --part NAME       contenders or experiments; both unless given, with --quick only the first
  --save FOLDER     writes results.json and chart.svg there
`;

/** @returns null when only the help was asked for. */
export function readOptions(words: string[]): Options | null {
  const { values } = parseArgs({
    args: words,
    options: {
      quick: { type: 'boolean', default: false },
      node: { type: 'string', default: process.execPath },
      rounds: { type: 'string' },
      only: { type: 'string' },
      part: { type: 'string' },
      save: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return null;
  }
  const { quick, part } = values;
  if (part && part !== 'contenders' && part !== 'experiments') throw new Error(HELP);
  const both: Options['parts'] = quick ? ['contenders'] : ['contenders', 'experiments'];
  return {
    quick,
    node: values.node,
    rounds: Number(values.rounds ?? (quick ? 4 : 9)),
    // Shorter ones measure how fast caches fill, since the contenders take turns on one core.
    requests: quick ? 250 : 3000,
    warmUp: quick ? 800 : 6000,
    signIns: quick ? 2 : 25,
    // A sign-in is many functions, each of them called once: they take long to become quick.
    signInsToWarmUp: quick ? 10 : 150,
    save: values.save ?? null,
    parts: part === 'contenders' || part === 'experiments' ? [part] : both,
    only: values.only?.split(',') ?? [],
  };
}
