import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import request from 'supertest';
import { afterAll, describe, expect, it } from 'vitest';
import { createAssets } from '../../src/site/assets.ts';
import { ROOT } from '../../src/site/root.ts';
import { startDoorstep } from '../harness/doorstep.ts';

describe('C63 a rolling deploy', () => {
  // Below a folder whose name begins with a dot, as pnpm's are.
  const changed = mkdtempSync(join(tmpdir(), '.doorstep-public-'));
  cpSync(join(ROOT, 'public'), changed, { recursive: true });
  appendFileSync(join(changed, 'site.css'), '\n.new { color: red }\n');
  const [before, after] = [createAssets(), createAssets(changed)];
  const at = ({ router }: typeof before) => express().use('/assets', router);
  afterAll(() => rmSync(changed, { recursive: true }));

  it('C63 C65 a build has addresses of its own, whose answers may be kept for ever', async () => {
    expect(after.url('site.css')).not.toBe(before.url('site.css'));
    for (const build of [before, after]) {
      const { status, headers } = await request(at(build)).get(build.url('site.css'));
      expect([status, headers['cache-control']]).toEqual([
        200,
        'public, max-age=31536000, immutable',
      ]);
    }
  });

  it.each(['site.css', 'favicon.svg', 'card.png', 'icon.png', 'restored-page.js', 'figtree.woff2'])(
    'C63 the other build is asked for %s: it sends its own, to be asked for again',
    async (file) => {
      for (const [asking, asked] of [
        [after, before],
        [before, after],
      ] as const) {
        const strange = await request(at(asked)).get(asking.url(file)).buffer();
        const own = await request(at(asked)).get(asked.url(file)).buffer();
        expect([strange.status, strange.headers['cache-control']]).toEqual([200, 'no-cache']);
        expect(strange.headers['content-type']).toBe(own.headers['content-type']);
        expect(strange.text ?? strange.body).toEqual(own.text ?? own.body);
        const again = request(at(asked)).get(asking.url(file));
        const kept = await again.set('if-none-match', strange.headers.etag ?? '');
        expect([kept.status, kept.headers['cache-control']]).toEqual([304, 'no-cache']);
      }
    },
  );

  it('C63 whatever else is asked for is 404, and nobody keeps that', async () => {
    const app = await startDoorstep();
    const url = createAssets().url('site.css');
    for (const path of [
      url.replace('site.css', 'old.css'),
      url.replace('site.css', ''),
      url.replace('site.css', '%2e%2e%2fpackage.json'),
      url.replace('site.css', '..%5cpackage.json'),
      '/assets/0123456789/old.css',
      '/assets/0123456789/',
      '/assets/0123456789/..%2fsite.css',
      '/assets/0123456789/sub/site.css',
      '/assets/0123456789/%00',
      '/assets/0123456789/constructor',
      `/assets/${'a'.repeat(65)}/site.css`,
      '/assets/not-one-of-ours/site.css',
      '/assets/site.css',
      '/assets/',
    ]) {
      const { status, headers } = await request(app.url).get(path);
      expect([path, status, headers['cache-control']]).toEqual([path, 404, 'no-store']);
    }
    await app.close();
  });
});
