import { expect, it } from 'vitest';
import { firstCharacter, initials, short } from '../../src/site/format.ts';

it.each([
  '\u200b\u200d\ufeff',
  '\u115f\u3164',
  '\u{e0041}\u{e0042}',
  ' \u2060 \u00ad',
  '\u202e\u200b',
])('S52 a name of nothing that can be seen is none: %j', (name) => expect(short(name)).toBe(''));

it.each(['👩\u200d🚀', 'क्\u200dष', 'می\u200cخواهم'])('S52 joiners inside a name stay: %s', (name) =>
  expect(short(name)).toBe(name),
);

it.each([
  ['🦦 Otter', '🦦', 'O'],
  ['🦦 Quiet Otter 🎉', '🦦', 'QO'],
  ['👩\u200d🚀 🎉', '👩\u200d🚀', 'Q'],
  ['🇯🇵', '🇯🇵', 'Q'],
  ['e\u0301mile zola', 'e\u0301', 'E\u0301Z'],
  ['山田 太郎', '山', '山太'],
])('F122 initials of %s are whole characters', (name, character, letters) => {
  expect(firstCharacter(name)).toBe(character);
  expect(initials(name, 'quiet-otter')).toBe(letters);
});
