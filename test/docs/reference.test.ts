import { describe, expect, it } from 'vitest';
import { defaultLifetimes } from '../../demo/logto/lifetimes.ts';
import { REASONS } from '../../src/doorstep/errors.ts';
import { parseConfig } from '../../src/site/config.ts';
import { read } from '../deploy/files.ts';
import { documented, knownVariables } from '../deploy/known-variables.ts';

const environment = read('docs/environment.md');
const troubleshooting = read('docs/troubleshooting.md');
const production = read('docs/production.md');

/** The first column of the table under a heading, without its backquotes. */
function firstColumn(page: string, heading: string): string[] {
  const section = page.split(new RegExp(`^#+ ${heading}$`, 'm'))[1]?.split(/^#+ /m)[0] ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, first = '']) => first);
}

/** Without links and backquotes. */
const plain = (markdown: string) =>
  markdown.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '');

describe('docs/environment.md', () => {
  it('has every variable of the configuration, and no other', () => {
    expect(firstColumn(environment, 'The environment').sort()).toEqual(knownVariables());
  });

  it.each(documented)('says of $name what the schema says', ({ name, about, default: words }) => {
    const row = environment.match(new RegExp(`^\\| \`${name}\` \\| (.*) \\| (.*) \\|$`, 'm')) ?? [];
    const [what = '', value = ''] = row.slice(1).map(plain);
    const [sentence = ''] = about.split(/\. (?=[A-Z])|\.$/);
    expect(what.slice(0, sentence.length)).toBe(plain(sentence));
    expect(value).toBe(plain(words));
  });
});

describe('docs/troubleshooting.md', () => {
  it('explains every reason that an error page or the log can name', () => {
    const reasons: readonly string[] = REASONS;
    expect(reasons.filter((name) => !troubleshooting.includes(`\`${name}\``))).toEqual([]);
  });

  it('quotes messages of the configuration as they are', () => {
    const source = [
      'src/doorstep/config/config.ts',
      'src/doorstep/config/fields.ts',
      'src/site/config.ts',
    ]
      .map(read)
      .join('\n');
    const quoted = firstColumn(troubleshooting, 'At the start').filter((message) =>
      /^(must|looks|is )/.test(message),
    );
    expect(quoted.length).toBeGreaterThan(4);
    expect(quoted.filter((message) => !source.includes(message))).toEqual([]);
  });

  it('quotes headings of the error pages as they are', () => {
    const source = read('src/site/languages/en.ts');
    const section = troubleshooting.split('## On an error page')[1]?.split('\n## ')[0] ?? '';
    const headings = [...section.matchAll(/^\| `[^`]+` \| ([^|]+?) \|/gm)]
      .map(([, heading = '']) => heading)
      .filter((heading) => heading !== '〃');
    expect(headings.length).toBeGreaterThan(8);
    expect(headings.filter((heading) => !source.includes(`'${heading}'`))).toEqual([]);
  });
});

describe('docs/production.md', () => {
  it('S12 names the lifetimes that app and Logto have, and that fit together', () => {
    const { session } = parseConfig({
      LOGTO_ENDPOINT: 'https://your-tenant.logto.app',
      LOGTO_APP_ID: 'id',
      LOGTO_APP_SECRET: 'of-the-application',
    });
    const hour = 3_600_000;
    expect(production).toContain(`${session.idleMs / hour} hours (\`SESSION_IDLE_MINUTES\`)`);
    expect(production).toContain(`${session.maxMs / hour / 24} days (\`SESSION_MAX_HOURS\`)`);
    expect(production).toContain(
      `${session.recheckMs / 60_000} minutes of use (\`ACCOUNT_RECHECK_MINUTES\`)`,
    );
    expect(session.maxMs / 1000).toBe(defaultLifetimes.session);
    expect(session.maxMs / 1000).toBe(defaultLifetimes.refreshToken);
  });
});
