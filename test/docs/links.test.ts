import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { read } from '../deploy/files.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = [
  'README.md',
  ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => posix.join('docs', file.replaceAll('\\', '/'))),
];
/** The last is Logto's own, for its database. */
const scripts = [...Object.keys(JSON.parse(read('package.json')).scripts), 'alteration'];

/** A page without its blocks of code, where # is a comment and brackets aren't links. */
const proseOf = (page: string) => read(page).replace(/^```[\s\S]*?^```/gm, '');

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (page: string) =>
  [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Links to elsewhere in this repository: the file from its root, and the anchor. */
const linksOf = (page: string) =>
  [...proseOf(page).matchAll(/\]\((?!\w+:)([^)#]*)#?([^)]*)\)/g)].map(
    ([, path = '', anchor = '']) => ({
      file: path ? posix.join(posix.dirname(page), path) : page,
      anchor,
    }),
  );

/** Paths in backquotes. The pages about adding a page name files that the reader makes. */
const pathsOf = (page: string) =>
  [
    ...proseOf(page).matchAll(
      /`((?:src|test|tools|docs|examples|demo|bench|views|public)\/[^`]*)`/g,
    ),
  ]
    .map(([, path = '']) => path)
    .filter((path) => /^[\w./-]+$/.test(path) && !path.includes('hello'));

describe.each(pages)('%s', (page) => {
  it('links to files and headings that exist', () => {
    const isDead = ({ file, anchor }: { file: string; anchor: string }) =>
      !existsSync(root + file) || (anchor !== '' && !anchorsOf(file).includes(anchor));
    expect(linksOf(page).filter(isDead)).toEqual([]);
  });

  it('names scripts that exist', () => {
    const named = [...read(page).matchAll(/npm run (?:-s )?([\w:]+)/g)].map(
      ([, name = '']) => name,
    );
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });

  it('names files that exist', () => {
    expect(pathsOf(page).filter((path) => !existsSync(root + path))).toEqual([]);
  });
});

describe('README.md', () => {
  it('has at most 1,500 words', () => {
    expect(read('README.md').split(/\s+/).filter(Boolean).length).toBeLessThanOrEqual(1500);
  });

  it('leads to every page of docs/', () => {
    const linked = linksOf('README.md').map(({ file }) => file);
    const own = pages.filter((page) => !page.startsWith('docs/decisions/'));
    expect(own.filter((page) => page !== 'README.md' && !linked.includes(page))).toEqual([]);
  });
});
