import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from '../../src/site/languages/en.ts';
import { ja } from '../../src/site/languages/ja.ts';
import { read } from '../deploy/files.ts';
import { anchorsOf, blocksOf, linksOf, sectionsOf, withoutBlocks } from './markdown.ts';

const inJapanese = (page: string) => page.replace(/\.md$/, '.ja.md');
const sorted = (values: string[]) => [...new Set(values)].sort();

/** A block of code without what is said in words: comments of commands, labels of a diagram. */
function withoutWords({ language, code }: { language: string; code: string }): string {
  if (language === 'sh') return code.replace(/ +# .*$/gm, '');
  return language === 'mermaid' ? code.replace(/(: | as ).*$/gm, '') : code;
}

/** A link of either language as the same text: headings of the page itself are counted. */
function neutral(page: string, { file, anchor }: { file: string; anchor: string }): string {
  if (file === page) return `heading ${anchorsOf(page).indexOf(anchor)}`;
  return `${file.replace(/\.ja\.md$/, '.md')}#${anchor}`;
}

/** What a translation must not change, for each section. */
function factsOf(page: string) {
  return sectionsOf(page).map((section) => {
    const prose = withoutBlocks(section);
    const matches = (pattern: RegExp) => prose.match(pattern) ?? [];
    return {
      level: matches(/^#+/)[0],
      blocks: blocksOf(section).map(withoutWords),
      code: sorted(matches(/`[^`]+`/g)),
      links: sorted(linksOf(page, section).map((link) => neutral(page, link))),
      pictures: matches(/(src|srcset)="[^"]+"/g).map((one) => one.replace('.ja.', '.')),
      elsewhere: sorted(matches(/https?:[^>)`]+/g)),
      rows: matches(/^\|/gm).length,
      items: matches(/^(- |\d\. |\*\*)/gm).length,
    };
  });
}

describe.each(['README.md', 'docs/connect-logto.md'])('F140 %s in Japanese', (page) => {
  it('F140 has the same sections, commands, variables, code and links', () => {
    expect(factsOf(page).length).toBeGreaterThan(4);
    expect(factsOf(inJapanese(page))).toEqual(factsOf(page));
  });

  it('F140 links to the English page, and is linked from there, below the title', () => {
    const line = (file: string) => read(file).split('\n')[2];
    expect(line(page)).toBe(`English · [日本語](${posix.basename(inJapanese(page))})`);
    expect(line(inJapanese(page))).toBe(`[English](${posix.basename(page)}) · 日本語`);
  });

  it('F140 breaks no line within a sentence: GitHub would show a space there', () => {
    const prose = withoutBlocks(read(inJapanese(page)));
    const cjk = String.raw`[\p{sc=Hira}\p{sc=Kana}\p{sc=Han}、。「」（）]`;
    expect(prose.match(new RegExp(`${cjk}\n${cjk}`, 'gu'))).toBeNull();
  });
});

it.each([
  ['docs/connect-logto.md', '| Link |', en.messages],
  ['docs/connect-logto.ja.md', '| リンク |', ja.messages],
])('F140 %s calls the links what the pages call them', (page, head, messages) => {
  const rows = read(page).split(head)[1]?.split('\n\n')[0]?.split('\n').slice(2) ?? [];
  const names = rows.flatMap((row) => (row.split('|')[1] ?? '').trim().split(/, |、/));
  expect(names.length).toBeGreaterThan(8);
  const onPages = JSON.stringify(messages);
  expect(names.filter((name) => !onPages.includes(JSON.stringify(name)))).toEqual([]);
});
