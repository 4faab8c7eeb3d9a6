import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, type Environment } from '../../src/doorstep/config/environment.ts';
import { parseConfig } from '../../src/site/config.ts';
import { type DocumentedVariable, documented, knownVariables } from './known-variables.ts';

const SESSION_SECRET = 'kE9xQz7wLmVbT3f0rA5uJdS8nHcG2yPi1oXe6KWq';

/** What .env.example says of one variable: the comment above its line, and the line. */
interface Entry {
  name: string;
  value: string;
  comment: string;
  default: string;
  example: string;
}

/** The headings, each above its first variable. */
const SECTIONS: Record<string, string> = {
  LOGTO_ENDPOINT: 'Your Logto (docs/connect-logto.md)',
  HF_ACCESS_TOKENS: 'Hugging Face (docs/hugging-face-tokens.md)',
  BASE_URL: 'Where people find the site',
  REDIS_URL: 'Sessions',
  LOGTO_ACCOUNT_CENTER: 'The site',
};
const INTRODUCTION = `# Every variable the app knows. Copy this file to .env and fill in what you need:
# an empty value counts as absent, and then the default holds.
# \`npm run dev\`, \`npm start\` (in development) and the tools read .env; docker compose takes other
# lines from it (docs/compose.md). Put a value with a # in it into quotes.
# In production, set real environment variables.
# \`npm run demo\` needs none of them.
# This file is made from the schema: npx vitest run test/deploy/env-example.test.ts -u`;

const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
const entries = text
  .split('\n\n')
  .map(readEntry)
  .filter((entry) => entry !== null);
const examples: Environment = Object.fromEntries(
  entries.map((entry) => [entry.name, entry.example]),
);
const needed = pick('LOGTO_ENDPOINT', 'LOGTO_APP_ID', 'LOGTO_APP_SECRET');

describe('.env.example', () => {
  it('is what the schema says of its variables', async () => {
    const blocks = documented.flatMap((variable) => {
      const heading = SECTIONS[variable.name];
      return heading ? [`# --- ${heading} ---`, blockOf(variable)] : [blockOf(variable)];
    });
    const file = new URL('../../.env.example', import.meta.url).pathname;
    await expect(`${[INTRODUCTION, ...blocks].join('\n\n')}\n`).toMatchFileSnapshot(file);
  });

  it('has every variable of the configuration, and no other', () => {
    expect(entries.map(({ name }) => name).sort()).toEqual(knownVariables());
  });

  it.each(entries)('explains $name, with a default and an example', (entry) => {
    expect(entry.comment).toMatch(/^# (?!Default|Example)\S.{20,}/);
    expect(entry.default).not.toBe('');
    expect(entry.example).not.toBe('');
    expect(entry.example).not.toBe(firstWord(entry.default));
  });

  it('sets nothing, so that a copy tells what is missing', () => {
    expect(entries.filter(({ value }) => value !== '')).toEqual([]);
    const copy = Object.fromEntries(entries.map(({ name }) => [name, '']));
    expect(problemsOf(copy)).toEqual(
      Object.keys(needed).map((name) => expect.stringMatching(`^${name} is missing: `)),
    );
  });

  it.each(entries.filter((entry) => !entry.default.startsWith('none')))(
    'names the default that $name has',
    (entry) => {
      const without = { ...needed, SESSION_SECRET };
      expect(parseConfig({ ...without, [entry.name]: firstWord(entry.default) })).toEqual(
        parseConfig(without),
      );
    },
  );

  it('C23 holds together: all examples at once are a valid production, with a secret of its own', () => {
    expect(problemsOf({ ...examples, SESSION_SECRET })).toEqual([]);
  });

  it('S35 has a sample secret that is refused', () => {
    expect(problemsOf(examples)).toEqual([
      expect.stringMatching('^SESSION_SECRET looks like a sample'),
    ]);
  });
});

function blockOf({ name, about, default: words, example }: DocumentedVariable): string {
  const lines = [about, `Default: ${words}`, `Example: ${example}`].flatMap(wrap);
  return [...lines.map((line) => `# ${line}`), `${name}=`].join('\n');
}

/** At most 100 characters a line, with the `# ` in front. */
const wrap = (long: string): string[] =>
  long.match(/.{1,98}(?= |$)/g)?.map((line) => line.trim()) ?? [];

function readEntry(block: string): Entry | null {
  const line = /^([A-Z][A-Z0-9_]*)=(.*)$/m.exec(block);
  if (!line) return null;
  const labelled = (label: string) => new RegExp(`^# ${label}: (.+)$`, 'm').exec(block)?.[1] ?? '';
  return {
    name: line[1] ?? '',
    value: line[2] ?? '',
    comment: block.slice(0, line.index),
    default: labelled('Default'),
    example: labelled('Example'),
  };
}

function pick(...names: string[]): Environment {
  return Object.fromEntries(names.map((name) => [name, examples[name]]));
}

/** "48 (hours)" and "localhost; in production …" begin with the value itself. */
function firstWord(text: string): string {
  return text.split(/[; ]/)[0] ?? '';
}

function problemsOf(environment: Environment): string[] {
  try {
    parseConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
