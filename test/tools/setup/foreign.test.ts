import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createState } from '../management-api/state.ts';
import {
  actionsOf,
  addApplication,
  BASE_URL,
  createWorkplace,
  EVERYTHING,
  HF_SECRET,
  person,
  type Workplace,
} from './harness.ts';

let place: Workplace;
beforeEach(async () => {
  place = await createWorkplace();
});
afterEach(() => place.close());

describe('what others put there stays', () => {
  it('their URIs of the application, in the one object that Logto replaces whole', async () => {
    addApplication(place, {
      name: 'Doorstep',
      oidcClientMetadata: {
        redirectUris: ['https://staging.example/callback'],
        postLogoutRedirectUris: ['https://staging.example/'],
        logoUri: 'https://staging.example/logo.png',
      },
    });
    const { text } = await place.setUp();
    expect(actionsOf(text)['Application "Doorstep"']).toBe('change');
    expect(place.logto.state.applications).toHaveLength(1);
    expect(place.logto.state.applications[0]?.oidcClientMetadata).toEqual({
      redirectUris: ['https://staging.example/callback', `${BASE_URL}/callback`],
      postLogoutRedirectUris: ['https://staging.example/', `${BASE_URL}/`],
      backchannelLogoutUri: `${BASE_URL}/backchannel-logout`,
      backchannelLogoutSessionRequired: true,
      logoUri: 'https://staging.example/logo.png',
    });
  });

  it('what they add between the plan and the yes', async () => {
    const application = addApplication(place, { name: 'Doorstep' });
    const prompts = person({
      confirm: async () => {
        application.oidcClientMetadata.redirectUris.push('https://late.example/callback');
        return true;
      },
    });
    await place.setUp({ argv: [], prompts });
    expect(place.logto.state.applications[0]?.oidcClientMetadata.redirectUris).toEqual([
      'https://late.example/callback',
      `${BASE_URL}/callback`,
    ]);
  });

  it('their back-channel URI, of which there is only one, and says what that means', async () => {
    const theirs = { backchannelLogoutUri: 'https://live.example/backchannel-logout' };
    addApplication(place, {
      name: 'Doorstep',
      oidcClientMetadata: { redirectUris: [], postLogoutRedirectUris: [], ...theirs },
    });
    const { text } = await place.setUp();
    expect(place.logto.state.applications[0]?.oidcClientMetadata).toMatchObject(theirs);
    expect(text.replace(/\s+/g, ' ')).toContain(
      `Its back-channel URI is ${theirs.backchannelLogoutUri} and stays`,
    );
  });

  it('their connectors and their buttons', async () => {
    const github = {
      id: 'gh',
      connectorId: 'github-universal',
      target: 'github',
      syncProfile: false,
      config: {},
    };
    place.logto.state.connectors.push(github);
    place.logto.state.signInExperience.socialSignInConnectorTargets.push('github');
    await place.setUp();
    expect(place.logto.state.connectors[0]).toEqual(github);
    expect(place.logto.state.signInExperience.socialSignInConnectorTargets).toEqual([
      'github',
      'huggingface',
    ]);
  });

  it('a Hugging Face connector made by hand: its id, scope and switches; new credentials go in', async () => {
    place.logto.state.connectors.push({
      id: 'by-hand',
      connectorId: 'huggingface-universal',
      target: 'huggingface',
      syncProfile: false,
      config: { clientId: 'old-id', clientSecret: 'old-secret', scope: 'profile email', more: 1 },
    });
    const { text } = await place.setUp();
    expect(place.logto.state.connectors).toMatchObject([
      {
        id: 'by-hand',
        syncProfile: false,
        config: { clientId: 'hf-client-id-0000', scope: 'profile email', more: 1 },
      },
    ]);
    expect(text).toMatch(/~ client ID +old-id → hf-client-id-0000/);
    expect(text).toMatch(/~ client secret +\(another one\) → \(not shown\)/);
    expect(text).toContain('Its scope has "email"');
    expect(text).toContain(`${place.logto.endpoint}/callback/by-hand`);
  });

  it.each([
    ['its scope', { scope: 'openid profile inference-api' }, 'openid profile inference-api'],
    ['the scope that it needs', {}, 'openid profile inference-api'],
  ])(
    'C38 an OAuth 2.0 connector with the target huggingface, and %s',
    async (_what, scope, wanted) => {
      const connector = {
        id: 'with-tokens',
        connectorId: 'oauth2',
        target: 'huggingface',
        syncProfile: true,
        enableTokenStorage: true,
        config: {
          authorizationEndpoint: 'https://huggingface.co/oauth/authorize',
          clientId: 'hf-client-id-0000',
          clientSecret: 'old-secret',
          profileMap: { id: 'sub' },
          ...scope,
        },
      };
      place.logto.state.connectors.push(connector);
      const withTokens = { environment: { HF_ACCESS_TOKENS: 'true' } };
      const { code, text } = await place.setUp(withTokens);
      expect(code).toBe(0);
      expect(actionsOf(text)['Hugging Face connector "with-tokens" (OAuth 2.0)']).toBe('change');
      expect(place.logto.state.connectors).toMatchObject([
        { ...connector, config: { ...connector.config, clientSecret: HF_SECRET, scope: wanted } },
      ]);
      expect(text).toContain(`${place.logto.endpoint}/callback/with-tokens`);
      expect(actionsOf((await place.setUp(withTokens)).text)).toMatchObject({
        'Hugging Face connector "with-tokens" (OAuth 2.0)': 'keep',
      });
    },
  );

  it('changes the scope of a connector only for a scope that was asked for', async () => {
    await place.setUp({ environment: { HF_SCOPE: 'profile email' } });
    await place.setUp();
    expect(place.logto.state.connectors[0]?.config.scope).toBe('profile email');
    await place.setUp({ environment: { HF_SCOPE: 'profile' } });
    expect(place.logto.state.connectors[0]?.config.scope).toBe('profile');
  });

  it('the fields of account pages that somebody has chosen', async () => {
    place.logto.state.accountCenter.fields = { customData: 'Edit', name: 'Off' };
    await place.setUp();
    expect(place.logto.state.accountCenter).toEqual({
      enabled: true,
      fields: { customData: 'Edit', name: 'Off' },
    });
  });

  it('the scopes that a role of the same name has', async () => {
    await place.setUp(EVERYTHING);
    const { state } = place.logto;
    state.roleScopes = state.roleScopes.slice(0, 2);
    const { text } = await place.setUp(EVERYTHING);
    expect(actionsOf(text)).toMatchObject({ 'Role "editor"': 'change', 'Role "reader"': 'change' });
    expect(state.roleScopes).toHaveLength(4);
  });

  it('a role of machines with our name, which stops it', async () => {
    const [machines] = createState().roles;
    place.logto.state.roles.push({ ...Object(machines), id: 'r', name: 'editor' });
    const { code, text } = await place.setUp(EVERYTHING);
    expect(code).toBe(1);
    expect(text).toContain('a role "editor" for machines');
    expect(place.logto.writes()).toEqual([]);
  });
});
