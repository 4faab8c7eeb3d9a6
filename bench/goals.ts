import { markdown, type Results, ratio, show } from './report.ts';

/** What Doorstep may cost at most, as a multiple of a contender's figure. */
interface Goal {
  what: string;
  scenario: string;
  against: string;
  of?: 'p99';
  most: number;
  /** What we are after beyond that. */
  hoped?: number;
}

const GOALS: Goal[] = [
  { what: 'home, signed in', scenario: 'home-in', against: 'floor', most: 1.9, hoped: 1.4 },
  { what: 'home, signed in', scenario: 'home-in', against: 'plain', most: 0.6 },
  { what: 'home, signed in', scenario: 'home-in', against: 'eoidc-redis', most: 0.5 },
  { what: 'home, signed in', scenario: 'home-in', against: 'eoidc-cookie', most: 0.25 },
  { what: 'home, signed in', scenario: 'home-in', against: 'passport', most: 0.6 },
  { what: 'home, signed out', scenario: 'home-out', against: 'floor', most: 1.5 },
  { what: 'home, signed out', scenario: 'home-out', against: 'plain', most: 0.65 },
  { what: 'a whole sign-in', scenario: 'sign-in', against: 'plain', most: 0.85 },
  { what: 'a whole sign-in', scenario: 'sign-in', against: 'eoidc-redis', most: 1.05 },
  { what: 'p99, 64 connections', scenario: 'home-in-64', against: 'floor', of: 'p99', most: 2 },
];

/** Markdown: each goal beside what was found. Those of contenders that were not measured are left out. */
export function goalsTable(results: Results): string {
  const rows = GOALS.flatMap(({ what, most, hoped, ...compared }) => {
    const found = ratio(results, compared);
    if (!found) return [];
    const goal = hoped ? `≤ ${most}, hoped ${hoped}` : `≤ ${most}`;
    const verdict = found.median <= most ? 'met' : 'missed';
    return [[`${what} ÷ ${compared.against}`, goal, show(found), verdict]];
  });
  return markdown([['Doorstep ÷ the other (CPU, unless said)', 'goal', 'found', ''], ...rows]);
}
