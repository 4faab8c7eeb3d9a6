import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

describe('requirements', () => {
  const ids = [...new Set(read('docs/requirements.md').match(/\b[CFS]\d{1,3}\b/g))];
  const tests = readTests();
  const untestable = [...read('docs/security.md').matchAll(/^\| (S1, S2) \|/gm)].flatMap(
    ([, cell = '']) => cell.split(', '),
  );

  it('the list is whole', () => {
    const from1 = (letter: string, length: number) =>
      Array.from({ length }, (_, index) => `${letter}${index + 1}`);
    expect(ids).toEqual(expect.arrayContaining([...from1('C', 25), ...from1('S', 41)]));
  });

  it.each(ids)('%s is borne by a test, or docs/security.md says why not', (id) => {
    // In a string, so that a comment doesn't count.
    const borne = new RegExp(`['"\`][^'"\`\\n]*\\b${id}\\b`).test(tests);
    expect(borne || untestable.includes(id)).toBe(true);
  });
});

function readTests(): string {
  return readdirSync(new URL('.', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => read(`test/${file}`))
    .join('\n');
}
