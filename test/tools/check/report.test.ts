import { expect, it } from 'vitest';
import type { Result } from '../../../tools/check/checkup.ts';
import { error, ok, skipped, warning } from '../../../tools/check/outcome.ts';
import { jsonReport, textReport } from '../../../tools/check/report.ts';
import { createPaint, type Paint } from '../../../tools/shared/terminal.ts';
import { each } from './set-up.ts';

const RESULTS: Result[] = [
  { name: 'Environment', findings: [ok('development, for http://localhost:3000')] },
  { name: 'Redis', findings: [error('localhost:6379 takes no connection', 'Start it.')] },
  { name: 'Redis eviction', findings: [], waitsFor: 'Redis' },
  { name: 'Redis persistence', findings: [], waitsFor: 'Redis' },
  { name: 'Clock', findings: [skipped('Logto’s answer has no Date header')] },
  {
    name: 'Back-channel logout',
    findings: [
      warning(
        'Logto silently calls no loopback address, such as localhost:3000',
        'Run Logto with OIDC_PROVIDER_SSRF_PROTECTION_DISABLED=true. If it does, all is well.',
      ),
    ],
  },
];

async function text(results: Result[], paint = createPaint(false)): Promise<string> {
  let all = '';
  const look = { paint, columns: 80 };
  for await (const part of textReport(each(results), look)) all += part;
  return all;
}

it('says each thing in a line, what to do below it, and what waits for what in one', async () => {
  expect(await text(RESULTS)).toBe(`✓ Environment: development, for http://localhost:3000
✗ Redis: localhost:6379 takes no connection
    → Start it.
– Redis eviction, Redis persistence: not checked until “Redis” is in order
– Clock: not checked: Logto’s answer has no Date header
⚠ Back-channel logout: Logto silently calls no loopback address, such as
  localhost:3000
    → Run Logto with OIDC_PROVIDER_SSRF_PROTECTION_DISABLED=true. If it does,
      all is well.

1 in order, 1 warning, 1 mistake, 3 not checked.
`);
});

it('is short when nothing else can be checked', async () => {
  const wrong = { name: 'Environment', findings: [error('PORT is wrong', 'Correct it.')] };
  const others = RESULTS.slice(1).map(({ name }) => ({
    name,
    findings: [],
    waitsFor: 'Environment',
  }));
  expect(await text([wrong, ...others])).toContain(
    '– Everything else: not checked until “Environment” is in order\n',
  );
});

it('says with colours what it says without', async () => {
  const visible: Paint = (format, painted) => `{${format} ${painted}}`;
  const coloured = await text(RESULTS, visible);
  expect(coloured).toContain('{red ✗} {bold Redis}: localhost:6379');
  const plain = coloured.replace(/\{(green|yellow|red|dim|bold) |\}/g, '');
  expect(plain).toBe(await text(RESULTS));
});

it('C39 writes out what a terminal would obey of what others answered', async () => {
  const hostile = [
    {
      name: 'Logto',
      findings: [error('calls itself \x9b2J\u202ehttps', 'Set it to \x1b]0;x\x07.')],
    },
  ];
  expect(await text(hostile)).toContain(
    '✗ Logto: calls itself \\u{9b}2J\\u{202e}https\n    → Set it to \\u{1b}]0;x\\u{7}.\n',
  );
  const json = await jsonReport(each(hostile));
  expect(json).toContain('calls itself \\u009b2J\\u202ehttps');
  expect(JSON.parse(json).checks[0].message).toBe('calls itself \x9b2J\u202ehttps');
});

it('tells machines the same', async () => {
  const report = JSON.parse(await jsonReport(each(RESULTS)));
  expect(report.ok).toBe(false);
  expect(report.checks).toHaveLength(6);
  expect(report.checks[1]).toEqual({
    check: 'Redis',
    status: 'error',
    message: 'localhost:6379 takes no connection',
    next: 'Start it.',
  });
  expect(report.checks[2]).toMatchObject({ check: 'Redis eviction', status: 'skipped' });
});
