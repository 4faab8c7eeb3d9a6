/** What lies side by side on keyboards and in the alphabet; each is read in both directions. */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '1234567890',
  '0123456789',
  '!@#$%^&*()_+',
  'qwertyuiop[]',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl;',
  'qsdfghjklm',
  'zxcvbnm,./',
  'yxcvbnm',
  'wxcvbn',
  ...['1qaz', '2wsx', '3edc', '4rfv', '5tgb', '6yhn', '7ujm', '8ik,', '9ol.', '0p;/'],
];
const NEIGHBOURS = new Set(
  ROWS.flatMap((row) => [...row].slice(1).flatMap((to, at) => [row[at] + to, to + row[at]])),
);

/** True for a secret that somebody could think of: a sample, a repeated piece, a row of keys. */
export function looksGuessable(secret: string): boolean {
  const letters = [...secret.toLowerCase()];
  if (/change-?me|example|password|secret-|your-/i.test(secret)) return true;
  if (new Set(secret).size < 10 || isRepeated(letters)) return true;
  const steps = letters.slice(1).map((to, at) => ({ from: letters[at] ?? '', to }));
  const easy = steps.filter(({ from, to }) => from === to || NEIGHBOURS.has(from + to));
  // Of a random secret's steps one in eight or fewer is one, hexadecimal digits included.
  return easy.length > steps.length / 2;
}

/** At least twice the same piece, the last one perhaps cut off. */
function isRepeated(letters: string[]): boolean {
  for (let period = 1; period <= letters.length / 2; period++) {
    if (letters.slice(period).every((letter, at) => letter === letters[at])) return true;
  }
  return false;
}
