import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read } from '../deploy/files.ts';
import { complaintOf, complaintsOfCheck, copyOfTheRepository, deleteLines } from './copy.ts';

/** Pages, guards and Redis: what would notice soonest that a feature is missing. */
const SOME_TESTS = [
  'test/counts.test.ts',
  'test/requirements.test.ts',
  'test/site/organizations.test.ts',
  'test/doorstep/session/store.test.ts',
];

describe.each([
  {
    feature: 'books',
    page: 'docs/books.md',
    lines: { count: 2, of: 'src/app.ts', with: /\bbooks\b/ },
    also: ['views/books.ejs', 'docs/books.md', 'examples/api-client'],
    fix: (copy: string) => {
      expect(deleteLines(join(copy, 'docs/requirements.md'), /^\| (F72|S56) /)).toBe(2);
    },
  },
  {
    feature: 'models',
    page: 'docs/models.md',
    lines: { count: 2, of: 'src/app.ts', with: /\bmodels\b/ },
    also: ['views/models.ejs', 'docs/models.md', 'docs/decisions/027-ask-a-model.md'],
    // And as `npm uninstall` does.
    fix: (copy: string) => {
      expect(deleteLines(join(copy, 'docs/requirements.md'), /^\| (F9[0-3]|S7[6-9]) /)).toBe(8);
      expect(deleteLines(join(copy, 'package.json'), /@huggingface\/inference/)).toBe(1);
    },
  },
  {
    feature: 'metrics',
    page: 'docs/metrics.md',
    lines: { count: 5, of: 'src/main.ts', with: /metrics/ },
    also: ['docs/metrics.md'],
    // The `let`s become `const`s, and as `npm uninstall` does.
    fix: (copy: string) => {
      complaintOf(copy, 'biome', ['check', '--write', '.']);
      expect(deleteLines(join(copy, 'docs/requirements.md'), /^\| F80 /)).toBe(1);
      expect(deleteLines(join(copy, 'package.json'), /prom-client/)).toBe(1);
    },
  },
])('C55 without the $feature', { tags: 'compiles' }, ({ feature, page, lines, also, fix }) => {
  let copy: string;
  beforeAll(() => {
    copy = copyOfTheRepository();
    const named = readdirSync(join(copy, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((path) => basename(path).includes(feature))
      .map((path) => join('test', path));
    for (const path of [join('src', feature), ...named, ...also])
      rmSync(join(copy, path), { recursive: true, force: true });
    expect(deleteLines(join(copy, lines.of), lines.with)).toBe(lines.count);
    fix(copy);
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('nothing is left that Biome, the compiler or knip complains about', () => {
    expect(complaintsOfCheck(copy)).toEqual(['', '', '']);
  });

  it('the other tests pass', () => {
    expect(
      complaintOf(copy, 'vitest', ['run', '--maxWorkers=1', '--reporter=dot', ...SOME_TESTS]),
    ).toBe('');
  });

  it(`${page} says so`, () => {
    const text = read(page).replaceAll(/\s+/g, ' ');
    for (const path of [`src/${feature}`, `test/${feature}`, lines.of, `*${feature}*`])
      expect(text).toContain(`\`${path}\``);
    for (const path of also.filter((path) => path !== page)) expect(text).toContain(`\`${path}\``);
  });
});
