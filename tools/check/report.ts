import { type Paint, printable, printableJson, wrap } from '../shared/terminal.ts';
import type { Result } from './checkup.ts';
import type { Finding, Status } from './outcome.ts';

const MARKS: Record<Status, string> = { ok: '✓', warning: '⚠', error: '✗', skipped: '–' };
const COLOURS = { ok: 'green', warning: 'yellow', error: 'red', skipped: 'dim' } as const;

export interface Look {
  paint: Paint;
  /** Where lines break; Infinity leaves that to whoever reads. */
  columns: number;
}

/** For people: a line a finding, what to do below it. Results come in as they are ready, in order. */
export async function* textReport(
  results: AsyncIterable<Result>,
  look: Look,
): AsyncGenerator<string> {
  const all: Result[] = [];
  let waiting: Result[] = [];
  for await (const result of results) {
    all.push(result);
    // Neighbours that wait for the same thing share one line.
    if (waiting[0] && waiting[0].waitsFor !== result.waitsFor) {
      yield waitingLine(waiting, look);
      waiting = [];
    }
    if (result.waitsFor) waiting.push(result);
    else for (const finding of result.findings) yield findingLines(result.name, finding, look);
  }
  if (waiting.length > 0) yield waitingLine(waiting, look, waiting.length === all.length - 1);
  yield `\n${summary(all)}\n`;
}

/** For machines. */
export async function jsonReport(results: AsyncIterable<Result>): Promise<string> {
  const all = [];
  for await (const result of results) all.push(result);
  const checks = all.flatMap(({ name, findings, waitsFor }) =>
    waitsFor === undefined
      ? findings.map((finding) => ({ check: name, ...finding }))
      : [{ check: name, status: 'skipped', message: `waits for “${waitsFor}”` }],
  );
  return `${printableJson({ ok: !hasError(all), checks })}\n`;
}

export const hasError = (results: Result[]): boolean =>
  results.some(({ findings }) => findings.some(({ status }) => status === 'error'));

function findingLines(name: string, { status, message, next }: Finding, look: Look): string {
  const text = status === 'skipped' ? `not checked: ${message}` : message;
  const first = line(status, name, printable(text), look);
  return next ? `${first}${wrap(printable(next), look.columns, '    → ')}\n` : first;
}

function waitingLine(waiting: Result[], look: Look, isAllElse = false): string {
  const names = isAllElse ? 'Everything else' : waiting.map(({ name }) => name).join(', ');
  const text = `not checked until “${waiting[0]?.waitsFor}” is in order`;
  return line('skipped', names, text, look);
}

function line(status: Status, name: string, text: string, { paint, columns }: Look): string {
  const mark = MARKS[status];
  const wrapped = wrap(`${name}: ${text}`, columns, `${mark} `);
  if (status === 'skipped') return `${paint(COLOURS.skipped, wrapped)}\n`;
  const rest = wrapped.slice(`${mark} ${name}`.length);
  return `${paint(COLOURS[status], mark)} ${paint('bold', name)}${rest}\n`;
}

function summary(results: Result[]): string {
  const findings = results.flatMap((result) => result.findings);
  const count = (status: Status) => findings.filter((finding) => finding.status === status).length;
  const open = count('skipped') + results.filter(({ waitsFor }) => waitsFor !== undefined).length;
  const parts = [
    `${count('ok')} in order`,
    some(count('warning'), 'warning', 'warnings'),
    some(count('error'), 'mistake', 'mistakes'),
    some(open, 'not checked', 'not checked'),
  ];
  return `${parts.filter(Boolean).join(', ')}.`;
}

const some = (count: number, one: string, many: string): string =>
  count === 0 ? '' : `${count} ${count === 1 ? one : many}`;
