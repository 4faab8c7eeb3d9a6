import { describe, expect, it } from 'vitest';
import { differences } from '../contract/differences.ts';
import { logtoFacts } from '../contract/logto.ts';
import * as metadata from './observe/metadata.ts';
import * as pages from './observe/pages.ts';
import * as signOut from './observe/sign-out.ts';
import * as tokenLife from './observe/token-life.ts';
import * as tokens from './observe/tokens.ts';
import { differencesOf } from './shape.ts';

type Section = keyof typeof logtoFacts;

/** How each section of the facts is seen at the stand-in. */
const observations: Record<Section, () => Promise<unknown>> = {
  discovery: metadata.observeDiscovery,
  discoveryByAnotherHost: metadata.observeAnotherHost,
  caching: metadata.observeCaching,
  jwks: metadata.observeJwks,
  afterRsaRotation: metadata.observeRsaRotation,
  callbackParameters: tokens.observeCallback,
  tokenResponse: tokens.observeTokenResponse,
  withoutConsent: tokens.observeWithoutConsent,
  opaqueAccessToken: tokens.observeOpaqueToken,
  idTokenHeader: tokens.observeIdTokenHeader,
  idTokenByScope: tokens.observeIdTokens,
  userinfoByScope: tokens.observeUserinfo,
  bareAccount: tokens.observeBareAccount,
  organizationRole: tokens.observeOrganizationRole,
  sidInIdToken: tokens.observeSid,
  apiToken: tokens.observeApiToken,
  organizationToken: tokens.observeOrganizationToken,
  refresh: tokenLife.observeRefresh,
  revocation: tokenLife.observeRevocation,
  codeReplay: tokenLife.observeCodeReplay,
  wrongVerifier: tokenLife.observeWrongVerifier,
  codeAfter61s: tokenLife.observeOldCode,
  userGone: tokenLife.observeUserGone,
  userinfoErrors: tokenLife.observeUserinfoErrors,
  clientErrors: tokenLife.observeClientErrors,
  authorization: pages.observeAuthorization,
  socialSignIn: pages.observeSocialSignIn,
  signOut: signOut.observeSignOut,
  logoutToken: signOut.observeLogoutToken,
  status: metadata.observeStatus,
  signInExperience: metadata.observeSignInExperience,
};

describe('the Logto stand-in is like Logto, but for the listed differences', () => {
  for (const [section, observe] of Object.entries(observations)) {
    it(section, async () => {
      const facts = Object.entries(logtoFacts).find(([name]) => name === section)?.[1];
      const observed = await observe();
      const listed = Object.keys(differences).filter((path) => path.startsWith(`${section}.`));
      const evidence = `Observed: ${JSON.stringify(observed, null, 1)}`;
      expect(differencesOf(facts, observed, section).sort(), evidence).toEqual(listed.sort());
    });
  }

  it('lists differences of known sections only', () => {
    const sections = new Set(Object.keys(logtoFacts));
    const lost = Object.keys(differences).filter((path) => !sections.has(path.split('.')[0] ?? ''));
    expect(lost).toEqual([]);
  });
});
