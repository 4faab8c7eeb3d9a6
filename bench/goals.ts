import { type Contender, contenders } from './contenders.ts';
import { markdown, show } from './report.ts';
import { type Measure, type Results, ratio, startRatio, undisturbed } from './results.ts';
import { verdict } from './statistics.ts';

/** Which contenders a goal is about; each gets a line of its own. */
type Against = (contender: Contender) => boolean;

/** What Doorstep may take at most, as a multiple of a contender's figure. */
interface Goal {
  what: string;
  /** 'start': from process start to listening. */
  scenario: string;
  against: Against;
  of?: Measure;
  most: number;
  /** What we are after beyond that. */
  hoped?: number;
}

const named =
  (...names: string[]): Against =>
  ({ name }) =>
    names.includes(name);
const expressPeer: Against = ({ kind, framework }) =>
  kind === 'revocable' && framework === 'Express';
const peer: Against = ({ kind }) => kind === 'revocable';
/** Who verifies as we do; for openid-client, the contender that is made to. */
const verifyingPeer: Against = ({ kind, verifies }) =>
  (kind === 'revocable' || kind === 'verifying') && verifies === 'signature';

const START = 'start-to-listening';

/** Ratios within one run, on Node 24, with sealing, headers and logging on. */
export const goals: Goal[] = [
  { what: 'home, signed in', scenario: 'home-in', against: expressPeer, most: 0.5 },
  { what: 'home, signed in', scenario: 'home-in', against: named('fastify'), most: 0.65 },
  { what: 'home, signed in', scenario: 'home-in', against: named('hono'), most: 1 },
  { what: 'home, signed in', scenario: 'home-in', against: named('floor'), most: 2, hoped: 1.6 },
  { what: 'home, signed out', scenario: 'home-out', against: expressPeer, most: 0.4 },
  { what: 'home, signed out', scenario: 'home-out', against: named('fastify'), most: 0.5 },
  { what: 'starting a sign-in', scenario: 'start', against: peer, most: 1 },
  { what: 'a whole sign-in', scenario: 'sign-in', against: verifyingPeer, most: 1, hoped: 0.8 },
  { what: 'p99, one rate', scenario: 'home-in-open', of: 'p99', against: named('floor'), most: 2 },
  { what: 'p99, one rate', scenario: 'home-in-open', of: 'p99', against: peer, most: 1 },
  { what: 'start to listening', scenario: START, against: named('plain'), most: 1.5 },
  {
    what: 'memory under load',
    scenario: 'home-in',
    of: 'memory',
    against: named('plain'),
    most: 1,
  },
];

/** Goals that are no ratio to a contender, and what shows whether they are met. */
export const otherGoals = [
  {
    what: 'a whole sign-in: Redis commands, one after the other',
    goal: '4 in 3 round trips',
    where: 'test/counts.test.ts',
  },
  {
    what: 'the same where another session ends by it',
    goal: '≤ 8 in 4 round trips',
    where: 'test/counts.test.ts',
  },
  {
    what: 'a person with 1 → 1,000 organizations: page',
    goal: '≤ 1.1',
    where: 'not measured yet',
  },
  {
    what: '1 thousand → 1 million sessions: page',
    goal: '≤ 1.1',
    where: '--part experiments',
  },
];

/** Markdown: each goal beside what was found. Contenders that were not measured are left out. */
export function goalsTable(results: Results): string {
  const counted = undisturbed(results.slices);
  const rows = goals.flatMap(({ what, most, hoped, against, scenario, of }) =>
    contenders.filter(against).flatMap(({ name, title }) => {
      const found =
        scenario === START
          ? startRatio(results, name)
          : ratio(counted, { scenario, against: name, ...(of && { of }) });
      if (!found) return [];
      const goal = hoped ? `≤ ${most}, hoped ${hoped}` : `≤ ${most}`;
      return [[`${what} ÷ ${title}`, goal, show(found), verdict(found, most)]];
    }),
  );
  const others = otherGoals.map(({ what, goal, where }) => [what, goal, where, '']);
  return markdown([
    ['Doorstep ÷ the other (CPU, unless said)', 'goal', 'found', ''],
    ...rows,
    ...others,
  ]);
}
