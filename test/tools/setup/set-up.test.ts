import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secrets } from '../../../src/doorstep/config/fields.ts';
import {
  actionsOf,
  addApplication,
  BASE_URL,
  createWorkplace,
  EVERYTHING,
  HF_SECRET,
  type Workplace,
} from './harness.ts';

let place: Workplace;
beforeEach(async () => {
  place = await createWorkplace();
});
afterEach(() => place.close());

const OURS = {
  redirectUris: [`${BASE_URL}/callback`],
  postLogoutRedirectUris: [`${BASE_URL}/`],
  backchannelLogoutUri: `${BASE_URL}/backchannel-logout`,
  backchannelLogoutSessionRequired: true,
};

describe('C15 from an empty Logto', () => {
  it('makes what the app needs, and writes it down', async () => {
    const { code, text } = await place.setUp();
    expect(code).toBe(0);
    const { applications, connectors, signInExperience, accountCenter } = place.logto.state;
    expect(applications).toMatchObject([
      { name: 'Doorstep', type: 'Traditional', oidcClientMetadata: OURS },
    ]);
    expect(connectors).toMatchObject([
      {
        id: 'huggingface',
        connectorId: 'huggingface-universal',
        syncProfile: true,
        config: { clientId: 'hf-client-id-0000', clientSecret: HF_SECRET, scope: 'profile' },
      },
    ]);
    expect(signInExperience).toMatchObject({
      socialSignInConnectorTargets: ['huggingface'],
      signIn: { methods: [{ identifier: 'username' }] },
    });
    expect(accountCenter.enabled).toBe(true);
    expect(accountCenter.fields).not.toHaveProperty('customData');
    expect(text).toContain(`${place.logto.endpoint}/callback/huggingface`);
    expect(text).toContain('https://huggingface.co/settings/connected-applications');

    const env = await place.env();
    expect(env.LOGTO_APP_ID).toBe('application-1');
    expect(env.LOGTO_APP_SECRET).toBe('application-secret-1');
    expect(secrets.safeParse(env.SESSION_SECRET).success).toBe(true);
    expect(await place.envMode()).toBe(0o600);
  });

  it('makes the API, the roles and the organization template when they are named', async () => {
    expect((await place.setUp(EVERYTHING)).code).toBe(0);
    const { state } = place.logto;
    expect(state.resources.map(({ indicator }) => indicator)).toContain(
      'https://books.example/api',
    );
    expect(heldScopes()).toEqual({ editor: ['read:books', 'write:books'], reader: ['read:books'] });
    expect(state.roles.filter(({ isDefault }) => isDefault)).toMatchObject([{ name: 'reader' }]);
    expect(state.organizationRoles.map(({ name }) => name)).toEqual(['admin', 'member']);
    expect(state.organizationRoleScopes).toHaveLength(3);
    expect(state.signInExperience).toMatchObject({
      signIn: { methods: [] },
      signUp: { identifiers: [], password: false, verify: false },
    });
  });

  it('makes none of them when they are not', async () => {
    await place.setUp();
    const { state } = place.logto;
    expect([state.resources, state.roles]).toMatchObject([[{}], [{}]]);
    expect(state.organizationRoles).toEqual([]);
  });

  it('shows the plan and stops with --dry-run', async () => {
    const { code, text } = await place.setUp({ argv: ['--dry-run'] });
    expect(code).toBe(0);
    expect(actionsOf(text)).toEqual({
      'Application "Doorstep"': 'create',
      'Hugging Face connector': 'create',
      'Sign-in page': 'change',
      'Account pages': 'change',
      'Webhook "Doorstep"': 'create',
      [place.envPath]: 'create',
    });
    expect(place.logto.writes()).toEqual([]);
    await expect(place.envText()).rejects.toThrow('ENOENT');
  });

  it('gets in with the secret that the database holds', async () => {
    const environment = {
      LOGTO_M2M_APP_ID: '',
      LOGTO_M2M_APP_SECRET: '',
      LOGTO_ADMIN_ENDPOINT: place.logto.adminEndpoint,
      LOGTO_DB_URL: 'postgres://somewhere/logto',
    };
    expect((await place.setUp({ environment })).code).toBe(0);
  });
});

describe('from a complete one', () => {
  it('says that nothing is to do, and sends no write', async () => {
    await place.setUp(EVERYTHING);
    place.logto.resetCalls();
    const before = await place.envText();
    const { code, text } = await place.setUp(EVERYTHING);
    expect(code).toBe(0);
    expect(new Set(Object.values(actionsOf(text)))).toEqual(new Set(['keep']));
    expect(text).toContain('Nothing is to do');
    expect(place.logto.writes()).toEqual([]);
    expect(await place.envText()).toBe(before);
  });

  it('finds its own among more than 100 applications of all kinds', async () => {
    await place.setUp();
    const [own] = place.logto.state.applications;
    for (let n = 0; n < 230; n++) addApplication(place, {});
    await place.writeEnv('');
    const { text } = await place.setUp();
    expect(actionsOf(text)['Application "Doorstep"']).toBe('keep');
    expect((await place.env()).LOGTO_APP_ID).toBe(own?.id);
  });
});

describe('from a half-done one', () => {
  it('completes what was cut after any call, and makes nothing twice', async () => {
    await place.setUp(EVERYTHING);
    const complete = place.logto.state;
    const total = place.logto.calls.length;
    const leftovers = new Set<string>();
    for (let call = 1; call < total; call++) {
      const cut = await createWorkplace();
      try {
        cut.logto.cutAfter(call);
        const first = await cut.setUp(EVERYTHING);
        expect(first, `cut after call ${call}`).toMatchObject({ code: 1 });
        // After a call that only reads, all is as after the one before.
        const left = JSON.stringify([cut.logto.state, await cut.envExists()]);
        if (leftovers.has(left)) continue;
        leftovers.add(left);

        cut.logto.mend();
        const second = await cut.setUp(EVERYTHING);
        expect(second, `resumed after call ${call}`).toMatchObject({ code: 0 });
        expect(cut.logto.state, `resumed after call ${call}`).toEqual(complete);
        expect((await cut.env()).LOGTO_APP_SECRET).toBe('application-secret-1');
      } finally {
        await cut.close();
      }
    }
    // Nothing done, each of the 14 writes, the file.
    expect(leftovers.size).toBe(16);
  });

  it('says what is done already when it is cut', async () => {
    place.logto.fail('POST', '/api/connectors', [{ status: 500 }]);
    const { code, text } = await place.setUp();
    expect(code).toBe(1);
    expect(text).toContain('✓ Application "Doorstep" created');
    expect(text).toContain('Running it again does the rest');
  });
});

/** The scopes that each role of people holds, by name. */
function heldScopes(): Record<string, string[]> {
  const { roles, roleScopes, resourceScopes } = place.logto.state;
  const people = roles.filter(({ type }) => type === 'User');
  return Object.fromEntries(
    people.map(({ id, name }) => [
      name,
      roleScopes
        .filter(({ roleId }) => roleId === id)
        .map(({ scopeId }) => resourceScopes.find((one) => one.id === scopeId)?.name ?? '?'),
    ]),
  );
}
