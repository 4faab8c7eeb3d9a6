import { posix } from 'node:path';
import { read } from '../deploy/files.ts';

const BLOCK = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** A text without its blocks of code, where # is a comment and brackets aren't links. */
export const withoutBlocks = (text: string) => text.replace(BLOCK, '');

/** The blocks of code of a text, each with its language. */
export const blocksOf = (text: string) =>
  [...text.matchAll(BLOCK)].map(([, language = '', code = '']) => ({ language, code }));

/** The anchors of a page's headings, as GitHub makes them. */
export const anchorsOf = (page: string) =>
  [...withoutBlocks(read(page)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Links of a page's text to elsewhere in this repository: the file from its root, and the anchor. */
export const linksOf = (page: string, text = read(page)) =>
  [...withoutBlocks(text).matchAll(/\]\((?!\w+:)([^)#]*)#?([^)]*)\)/g)].map(
    ([, path = '', anchor = '']) => ({
      file: path ? posix.join(posix.dirname(page), path) : page,
      anchor,
    }),
  );

/** A page's parts, each from its heading to the next. Comments in code aren't followed by an empty line. */
export const sectionsOf = (page: string) => read(page).split(/^(?=#+ .+\n\n)/m);
