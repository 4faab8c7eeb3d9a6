import { vi } from 'vitest';
import { authorizeAt } from '../authorize-at.ts';
import type { Answer } from '../relying-party.ts';
import { errorOf, inWorld, placeOf, type World } from './world.ts';

const day = 24 * 60 * 60 * 1000;
const inADay = (days: number) => vi.setSystemTime(Date.now() + days * day);
const later = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);
const refreshTokenOf = ({ body }: Answer) => String(body.refresh_token);
const admin = { as: 'ada-l', via: 'huggingface' } as const;

/** Turns the clock: only `Date` is false, timers are real. */
async function withFakeDate<T>(observe: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    return await observe();
  } finally {
    vi.useRealTimers();
  }
}

export const observeRefresh = () =>
  withFakeDate(() =>
    inWorld(async (world) => {
      const { app, browser } = world;
      const { tokens } = await app.signIn(browser);
      const old = tokens.refresh_token;
      const twice = () => Promise.all([app.refresh(old), app.refresh(old)]);

      inADay(9);
      const young = await twice();
      const foreignResource = await app.refresh(old, { resource: 'https://nobody.example' });
      inADay(1);
      const aged = await twice();
      const fresh = aged.map(refreshTokenOf);
      later(1000);
      const after1s = await app.refresh(old);
      later(3000);
      const after4s = await app.refresh(old);
      const thenNew = await Promise.all(fresh.map((token) => app.refresh(token)));
      const userinfo = await app.userinfo(String(aged[0].body.access_token));
      await authorizeAt(browser, app.authorizationRequest({ prompt: undefined }).url, admin);
      const withoutAPage = browser.history.at(-1)?.url.includes('/oidc/auth');
      return {
        below70percent: {
          parallel: young.map(({ status }) => status),
          sameToken: young.every((answer) => refreshTokenOf(answer) === old),
        },
        past70percent: {
          parallel: aged.map(({ status }) => status),
          sameToken: fresh.includes(old),
          twoDifferentOnes: fresh[0] !== fresh[1],
        },
        oldTokenAfter1s: after1s.status,
        oldTokenAfter4s: errorOf(after4s, world),
        thenTheNewTokens: thenNew.map((answer) => errorOf(answer, world)),
        thenUserinfo: errorOf(userinfo, world),
        thenSession: withoutAPage ? 'alive' : 'gone',
        resourceNotInSignIn: errorOf(foreignResource, world),
      };
    }),
  );

export const observeRevocation = () =>
  inWorld(async (world) => {
    const { app, browser } = world;
    const { tokens } = await app.signIn(browser);
    const { status } = await app.revoke(tokens.refresh_token);
    return {
      status,
      unknownToken: (await app.revoke('never-issued')).status,
      refreshAfter: errorOf(await app.refresh(tokens.refresh_token), world),
      userinfoAfter: errorOf(await app.userinfo(tokens.access_token), world),
    };
  });

export const observeCodeReplay = () =>
  inWorld(async (world) => {
    const { app, browser } = world;
    const { callback, verifier, tokens } = await app.signIn(browser);
    const again = await app.exchange(callback.searchParams.get('code') ?? '', verifier);
    return {
      again: errorOf(again, world),
      refresh: errorOf(await app.refresh(tokens.refresh_token), world),
      userinfo: errorOf(await app.userinfo(tokens.access_token), world),
    };
  });

async function newCode({ app, browser }: World): Promise<{ code: string; verifier: string }> {
  const request = app.authorizationRequest();
  const callback = new URL(await authorizeAt(browser, request.url, admin));
  return { code: callback.searchParams.get('code') ?? '', verifier: request.verifier };
}

export const observeWrongVerifier = () =>
  inWorld(async (world) => {
    const { code } = await newCode(world);
    return errorOf(await world.app.exchange(code, 'x'.repeat(43)), world);
  });

export const observeOldCode = () =>
  withFakeDate(() =>
    inWorld(async (world) => {
      const { code, verifier } = await newCode(world);
      later(61_000);
      return errorOf(await world.app.exchange(code, verifier), world);
    }),
  );

export async function observeUserGone() {
  const after = (happens: 'suspend' | 'delete') =>
    inWorld(async (world) => {
      const { app, browser, logto } = world;
      const { tokens } = await app.signIn(browser);
      for (const { sub } of logto.users.all()) logto[happens](sub);
      const refresh = errorOf(await app.refresh(tokens.refresh_token), world);
      const userinfo = errorOf(await app.userinfo(tokens.access_token), world);
      await browser.get(app.authorizationRequest().url);
      return { refresh, userinfo, next: placeOf(world) };
    });
  return { suspended: await after('suspend'), deleted: await after('delete') };
}

export const observeUserinfoErrors = () =>
  inWorld(async (world) => {
    const response = await fetch(`${world.logto.issuer}/me`);
    const { status, headers } = response;
    return {
      withoutToken: errorOf({ status, headers, body: Object(await response.json()) }, world),
      garbage: errorOf(await world.app.userinfo('garbage'), world),
    };
  });

export const observeClientErrors = () =>
  inWorld(async (world) => {
    const { app, client } = world;
    const as = (id: string, secret: string) => ({
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
    });
    const form = { grant_type: 'refresh_token', refresh_token: 'never-issued' };
    const credentials = { grant_type: 'client_credentials', resource: 'https://api.example.test' };
    return {
      wrongSecret: errorOf(await app.token(form, as(client.id, 'wrong')), world),
      unknownClient: errorOf(await app.token(form, as('no-such-client', 'wrong')), world),
      unsupportedGrant: errorOf(await app.token({ grant_type: 'password' }), world),
      clientCredentials: errorOf(await app.token(credentials), world),
    };
  });
