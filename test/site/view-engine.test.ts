import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { compileViews } from '../../src/site/view-engine.ts';

it('C53 includes a template of a folder that the system lists with a backslash', () => {
  const views = mkdtempSync(join(tmpdir(), 'doorstep-views-'));
  onTestFinished(() => rmSync(views, { recursive: true }));
  // On Windows this is a file in the folder; elsewhere one whose name has a backslash, listed the same.
  mkdirSync(join(views, 'partials'));
  writeFileSync(`${views}/partials\\top.ejs`, '<h1><%= page.title %></h1>');
  writeFileSync(join(views, 'home.ejs'), "<%- include('partials/top', page) -%>");
  expect(compileViews(views)('home', { title: 'Come on in' })).toBe('<h1>Come on in</h1>');
});
