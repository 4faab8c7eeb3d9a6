import { type Paint, printable, wrap } from '../shared/terminal.ts';
import type { Difference, Finding } from './areas/area.ts';
import { OAUTH_APPS } from './hugging-face.ts';
import type { Plan } from './plan.ts';
import type { Settings } from './settings.ts';

export interface Style {
  paint: Paint;
  /** Columns of the terminal. */
  width: number;
}

const COLOURS = { create: 'green', change: 'yellow', replace: 'red', keep: 'dim' } as const;
const DETAIL = ' '.repeat(12);

/** The plan for a person: what is made, what changes from what to what, what stays. */
export function renderPlan({ steps }: Plan, settings: Settings, style: Style): string {
  const findings = steps.map(({ finding }) => printableFinding(finding));
  const labels = findings.flatMap(({ differences }) => differences.map(({ what }) => what.length));
  const column = Math.max(0, ...labels) + 2;
  const lines = findings.map((finding) => renderFinding(finding, column, style)).join('\n');
  const title = `\nSet-up of ${settings.endpoint} for the app at ${settings.baseUrl}`;
  return `${style.paint('bold', title)}\n\n${lines}\n\n${wrap(summary(findings), style.width, '  ')}\n`;
}

/** Names and addresses in it are what others put into Logto. */
const printableFinding = (finding: Finding): Finding => ({
  ...finding,
  title: printable(finding.title),
  differences: finding.differences.map(({ what, from, to }) => ({
    what: printable(what),
    from: from === null ? null : printable(from),
    to: printable(to),
  })),
  notes: finding.notes.map(printable),
});

function renderFinding(
  { title, action, differences, notes }: Finding,
  column: number,
  { paint, width }: Style,
): string {
  return [
    `  ${paint(COLOURS[action], action.padEnd(8))}  ${title}`,
    ...differences.map((difference) => renderDifference(difference, column, width)),
    ...notes.map((note) => wrap(note, width, `${DETAIL}Note: `)),
  ].join('\n');
}

function renderDifference({ what, from, to }: Difference, column: number, width: number): string {
  const sign = from === null ? '+' : '~';
  const value = from === null ? to : `${from} → ${to}`;
  const start = `${DETAIL}${sign} ${what.padEnd(column)}`;
  // A long address gets a line of its own, so that it can be copied whole.
  if (start.length + value.length <= width) return start + value;
  return `${start.trimEnd()}\n${wrap(value, width, `${DETAIL}    `)}`;
}

function summary(findings: Finding[]): string {
  const count = (action: Finding['action']) =>
    findings.filter((finding) => finding.action === action).length;
  const [create, change, keep] = [count('create'), count('change'), count('keep')];
  const replace = count('replace');
  if (create + change + replace === 0) return 'Nothing is to do: all of this is there already.';
  return replace === 0
    ? `${create} to create, ${change} to change, ${keep} to keep. Nothing is deleted.`
    : `${create} to create, ${change} to change, ${replace} to replace, ${keep} to keep. What is replaced is deleted, and nothing else.`;
}

const DONE = { create: 'created', change: 'changed', replace: 'replaced', keep: 'kept' };

export function renderDone({ title, action }: Finding, { paint }: Style): string {
  return `  ${paint('green', '✓')} ${printable(title)} ${DONE[action]}\n`;
}

/** What only a person can do: Hugging Face has no API for it. */
export function renderNextSteps(
  { redirectUri, scope }: Plan,
  { production }: Settings,
  { paint }: Style,
): string {
  // There, nothing of npm's scripts and of .env works.
  const then = production
    ? "start the app, or restart it. When something doesn't work: doorstep check, in the app's image."
    : "npm run dev. When something doesn't work: npm run logto:check.";
  return `
${paint('bold', 'At Hugging Face')}, register this redirect URI, if it is not yet:

  ${printable(redirectUri)}

  Where: ${OAUTH_APPS}
         > your OAuth app > Redirect URLs

  Its scopes must include: ${printable(scope)}

${paint('bold', 'Then')} ${then}
LOGTO_ACCOUNT_CENTER=true shows a link to Logto's account pages.

`;
}

export function renderProblems(
  headline: string,
  problems: string[],
  { paint, width }: Style,
): string {
  const list = problems.map((problem) => `${wrap(printable(problem), width, '  - ')}\n`).join('');
  return `${wrap(printable(headline), width, '✗ ').replace('✗', paint('red', '✗'))}\n${list}`;
}

/** The same for machines. */
export function planAsData({ steps, redirectUri, scope }: Plan) {
  return {
    plan: steps.map(({ finding: { title, action, differences, notes } }) => ({
      title,
      action,
      differences,
      notes,
    })),
    huggingFace: { redirectUri, scope, registerAt: OAUTH_APPS },
  };
}
