import express from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { createApp } from '../../../src/app.ts';
import { createDoorstep } from '../../../src/doorstep/doorstep.ts';
import { type Doorstep, startDoorstep } from '../../harness/doorstep.ts';
import { eventually } from '../../harness/eventually.ts';
import { type Instance, startInstance } from '../../harness/instance.ts';
import { hasRedisServer } from '../../harness/redis-server.ts';
import { huggingFacePages, reasonIn } from './pages.ts';

const withTokens: typeof createApp = (deps) => {
  const app = express();
  huggingFacePages(app, createDoorstep(deps));
  return app;
};

describe.skipIf(!hasRedisServer)('S59 two processes, and a token that has expired', () => {
  let app: Doorstep;
  let second: Instance;
  beforeAll(async () => {
    app = await startDoorstep({
      environment: { HF_ACCESS_TOKENS: 'true', LOGTO_TIMEOUT_SECONDS: '30' },
      createApp: withTokens,
    });
    second = await startInstance(app, { createApp: withTokens });
  });
  afterEach(() => {
    app.logto.heal();
    app.huggingFace.heal();
  });
  afterAll(async () => {
    await second.close();
    await app.close();
  });

  /** Signed in with a token that is over already: whoever needs one has to renew it. */
  const expired = async () => {
    const browser = await app.signedInBrowser();
    app.logto.expireTokens();
    app.logto.resetCalls();
    const { host } = second;
    const headers = { host, cookie: browser.cookies.header(new URL(app.url)), accept: 'text/html' };
    return (path: string) =>
      Promise.all(
        Array.from({ length: 50 }, async (_, at) => {
          const answer = await fetch((at % 2 ? second.url : app.url) + path, { headers });
          const body = await answer.text();
          return { status: answer.status, body, reason: reasonIn({ body }) };
        }),
      );
  };

  it('50 requests at once, refresh tokens rotate: one refresh at Hugging Face, 50 answers', async () => {
    const ask = await expired();
    const before = app.huggingFace.refreshes();
    const answers = await ask('/token');
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(app.huggingFace.refreshes() - before).toBe(1);
    expect(app.logto.calls.identityToken).toBe(1);
  });

  it('50 requests at once for the profile: one refresh, one question', async () => {
    const ask = await expired();
    const before = { refreshes: app.huggingFace.refreshes(), ...app.huggingFace.calls };
    const answers = await ask('/profile');
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(app.huggingFace.refreshes() - before.refreshes).toBe(1);
    expect(app.huggingFace.calls.userinfo - before.userinfo).toBe(1);
  });

  it('two sessions of one person: two questions to Logto, one after the other, and one refresh', async () => {
    const first = await expired();
    const other = await expired();
    const before = app.huggingFace.refreshes();
    const answers = (await Promise.all([first('/token'), other('/token')])).flat();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(app.huggingFace.refreshes() - before).toBe(1);
    expect(app.logto.calls.identityToken).toBe(2);
  });

  it('Hugging Face is away: it is not asked by each of them', async () => {
    const ask = await expired();
    const before = app.huggingFace.calls.token;
    app.huggingFace.failNext('token', { status: 503 }, 200);
    const release = app.huggingFace.holdNext('token');
    const asking = ask('/token');
    await eventually(() => expect(app.huggingFace.calls.token).toBe(before + 1));
    release();
    const answers = await asking;
    expect(new Set(answers.map(({ reason }) => reason))).toEqual(
      new Set(['hugging_face_unavailable']),
    );
    // Each of them would try twice.
    expect(app.huggingFace.calls.token - before).toBeLessThan(100);
  });
});
