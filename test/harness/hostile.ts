import fc from 'fast-check';

/** Text that has broken servers before. */
const NASTY = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  'undefined',
  '[object Object]',
  '__proto__',
  'constructor',
  'toString',
  '../../../../etc/passwd',
  '//evil.example',
  '/\\evil.example',
  'https://evil.example/',
  'javascript:alert(1)',
  '\r\nX-Injected: 1',
  '\r\nSet-Cookie: doorstep=planted',
  '\u0000',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\ud800',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '<%= process.env %>',
  '#{7*7}',
  "' OR 1=1 --",
  '*',
  ',',
  ';',
  '=',
  '%',
];

/** Any text, much of it made to hurt; now and then long. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 300, max: 3000 }).map((n) => 'A'.repeat(n)) },
);

const percent = (value: string) =>
  [...Buffer.from(value)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
/** As a careless client sends it: only what no request line can hold is encoded. */
const careless = (value: string) => value.replace(/[^\x21-\x7e\x80-\xff]/g, percent);
const strict = (value: string) => value.replace(/[^\w.~-]/gu, percent);
/** Sequences that decode to nothing, or to something else by another reader. */
const BROKEN = [
  '%',
  '%zz',
  '%E0%A4%A',
  '%C0%AF',
  '%ED%A0%80',
  '%u0041',
  '%00',
  '%0d%0a',
  '%2',
  '+',
];

/** Anything for a part of an address: text in several encodings, and encodings that don't hold. */
export const encoded: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(text, fc.constantFrom(percent, careless, strict))
      .map(([value, encode]) => encode(value)),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom(...BROKEN, 'a'), { maxLength: 6 })
      .map((parts) => parts.join('')),
  },
);

/** What node can send and receive in a header, as latin1. */
export const headerText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: text.map((value) => value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '')) },
  {
    weight: 1,
    arbitrary: fc
      .array(
        fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f),
        { maxLength: 60 },
      )
      .map((codes) => String.fromCharCode(...codes)),
  },
);

/** A query: names of `names` with odd ones between them, in any order and number. */
export const queryOf = (names: string[]): fc.Arbitrary<string> =>
  fc
    .array(
      fc.tuple(
        fc.oneof(
          { weight: 6, arbitrary: fc.constantFrom(...names) },
          { weight: 1, arbitrary: fc.constantFrom(...names).map((name) => `${name}[]`) },
          { weight: 1, arbitrary: fc.constantFrom('__proto__', '__proto__[x]', 'constructor') },
          { weight: 1, arbitrary: encoded },
        ),
        encoded,
      ),
      { maxLength: 5 },
    )
    .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));
