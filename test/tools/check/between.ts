import { z } from 'zod';
import { APPLICATION } from './real-logto.ts';
import type { Between, Fault } from './set-up.ts';

/** A set-up that is wrong in one way, and the one complaint that it deserves. */
export interface Case extends Fault {
  is: string;
  says: [check: string, status: 'warning' | 'error', message: RegExp, next: RegExp];
}

/** Changes the JSON that one path answers. */
export const changing =
  (path: string, change: (body: Record<string, unknown>) => unknown): Between =>
  async (url, _init, pass) => {
    const response = await pass();
    if (url.pathname !== path) return response;
    const { status, headers } = response;
    const body = z.record(z.string(), z.unknown()).safeParse(await response.json()).data ?? {};
    return new Response(JSON.stringify(change(body)), { status, headers });
  };

export const answering =
  (path: string, answer: () => Response): Between =>
  async (url, _init, pass) =>
    url.pathname === path ? answer() : pass();

export const changingHeaders =
  (path: string, change: (headers: Headers) => void): Between =>
  async (url, _init, pass) => {
    const response = await pass();
    if (url.pathname !== path) return response;
    const headers = new Headers(response.headers);
    change(headers);
    return new Response(await response.text(), { status: response.status, headers });
  };

export const DISCOVERY = '/oidc/.well-known/openid-configuration';
export const EXPERIENCE = '/api/.well-known/sign-in-exp';
export const AUTHORIZATION_URI =
  '/api/experience/verification/social/huggingface/authorization-uri';
const APPLICATION_PATH = '/api/applications/test-app';

export const authorizationUri = (change: (uri: string) => string) =>
  changing(AUTHORIZATION_URI, ({ authorizationUri: uri }) => ({
    authorizationUri: change(String(uri)),
  }));

export const withApplication = (settings: Record<string, unknown>): Between =>
  changing(APPLICATION_PATH, () => ({ ...APPLICATION, ...settings }));

/** Logto sends an error back to the callback. */
export const denying = (code: string): Between =>
  answering('/oidc/auth', () => {
    const location = `https://app.example.com/callback?error=${code}&state=x`;
    return new Response(null, { status: 303, headers: { location } });
  });

/** One after the other; each may let a request go on to the next. */
export const all =
  (...betweens: Between[]): Between =>
  (url, init, pass) =>
    betweens.reduceRight<typeof pass>(
      (next, between) =>
        async (changed = init) =>
          between(url, changed, () => next(changed)),
      pass,
    )(init);

export const withMetadata = (metadata: Record<string, unknown>): Between =>
  changing(APPLICATION_PATH, () => ({
    ...APPLICATION,
    oidcClientMetadata: { ...APPLICATION.oidcClientMetadata, ...metadata },
  }));

export const failing =
  (origin: string, code: string): Between =>
  async (url, _init, pass) => {
    if (url.origin !== origin) return pass();
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code }) });
  };

export const withRoot = (rewrite: (address: string) => string) =>
  changing(DISCOVERY, (document) =>
    Object.fromEntries(
      Object.entries(document).map(([name, value]) => [
        name,
        name !== 'issuer' && typeof value === 'string' ? rewrite(value) : value,
      ]),
    ),
  );
