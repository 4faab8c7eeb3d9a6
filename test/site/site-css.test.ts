import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync('public/site.css', 'utf8');
const styled = new Set([...css.matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name));

/** The classes that a template writes out; what it computes is not looked at. */
function classesOf(template: string): string[] {
  return [...template.matchAll(/class="([^"]*)"/g)].flatMap(([, value = '']) =>
    value
      .replace(/<%.*?%>/gs, ' ')
      .split(/\s+/)
      .filter(Boolean),
  );
}

describe('public/site.css', () => {
  // The stand-ins' pages look like the app's: a class that is renamed for one is renamed for both.
  it.each(['views', 'demo/views'])('has a rule for each class of the templates in %s', (folder) => {
    const templates = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ejs'),
    );
    const used = templates.flatMap((file) => classesOf(readFileSync(join(folder, file), 'utf8')));
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((name) => !styled.has(name))).toEqual([]);
  });
});
