import fc from 'fast-check';
import { expect, it } from 'vitest';
import { printable, printableJson } from '../../../tools/shared/terminal.ts';

/** What a terminal obeys, by number and not by the classes of the code under test. */
const isObeyed = (code: number): boolean =>
  code < 0x20 ||
  (code >= 0x7f && code < 0xa0) ||
  [0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff].includes(code) ||
  (code >= 0x202a && code <= 0x202e) ||
  (code >= 0x2066 && code <= 0x2069) ||
  (code >= 0xd800 && code <= 0xdfff);

const obeyed = (text: string) => [...text].filter((one) => isObeyed(one.codePointAt(0) ?? 0));

it.each([
  ['\x1b[31mred', '\\u{1b}[31mred'],
  ['\x9b31mred', '\\u{9b}31mred'],
  ['\x9d0;title\x9c', '\\u{9d}0;title\\u{9c}'],
  ['two\nlines\r\t', 'two\\u{a}lines\\u{d}\\u{9}'],
  ['a\u202egnp.exe', 'a\\u{202e}gnp.exe'],
  ['\u2066x\u2069', '\\u{2066}x\\u{2069}'],
  ['half \ud83e', 'half \\u{d83e}'],
  ['Zoë 🤗 日本 👩‍💻 می‌خواهم', 'Zoë 🤗 日本 👩‍💻 می‌خواهم'],
])('C39 shows %j as %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

it('C39 lets nothing through that a terminal obeys, as text or as JSON', () => {
  const anything = fc.string({
    unit: fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
  });
  const control = fc.integer({ min: 0, max: 0x2070 }).map((code) => String.fromCodePoint(code));
  const hostile = fc.oneof(anything, fc.string({ unit: control }));
  fc.assert(
    fc.property(hostile, (text) => {
      expect(obeyed(printable(text))).toEqual([]);
      const json = printableJson({ [text]: text });
      expect(obeyed(json.replaceAll('\n', ''))).toEqual([]);
      expect(JSON.parse(json)).toEqual({ [text]: text });
    }),
  );
});
