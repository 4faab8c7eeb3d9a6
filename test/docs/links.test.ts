import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { read } from '../deploy/files.ts';
import { anchorsOf, linksOf, withoutBlocks } from './markdown.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = [
  'README.md',
  'README.ja.md',
  'bench/README.md',
  ...['docs', 'deploy', 'examples'].flatMap((folder) =>
    readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => posix.join(folder, file.replaceAll('\\', '/'))),
  ),
];
/** The last is Logto's own, for its database. */
const scripts = [...Object.keys(JSON.parse(read('package.json')).scripts), 'alteration'];

/** Paths in backquotes. The pages about adding a page name files that the reader makes. */
const pathsOf = (page: string) =>
  [
    ...withoutBlocks(read(page)).matchAll(
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

  it('shows pictures that exist', () => {
    const shown = [...read(page).matchAll(/(?:src|srcset)="([^"]+)"/g)].map(
      ([, path = '']) => path,
    );
    expect(
      shown.filter((path) => !existsSync(root + posix.join(posix.dirname(page), path))),
    ).toEqual([]);
  });

  it('is no dead end', () => {
    // The Space's page is read elsewhere, where it is at the root.
    const isEnd = page.startsWith('docs/decisions/') || page === 'deploy/space/README.md';
    expect(isEnd || linksOf(page).length > 0).toBe(true);
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
});

it.each(pages.filter((page) => page.startsWith('docs/decisions/')))(
  '%s begins with its number, as the others do',
  (page) => {
    const number = posix.basename(page).slice(0, 3);
    expect(read(page)).toMatch(new RegExp(`^# ${number} · `));
  },
);

describe('docs/README.md', () => {
  it('leads to every page, and README.md leads to it', () => {
    const linked = linksOf('docs/README.md').map(({ file }) => file);
    const own = pages.filter((page) => !/^README|^docs.(README|decisions)|kubernetes/.test(page));
    expect(own.filter((page) => !linked.includes(page))).toEqual([]);
    expect(linksOf('README.md').map(({ file }) => file)).toContain('docs/README.md');
  });
});
