import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TokenExchange, tokenExchanges } from '../../contract/management-api.ts';
import { MACHINE, type ManagementApiStandIn, startManagementApi } from './index.ts';
import { answerDifferences, playAll } from './play.ts';
import { MANAGEMENT_API } from './state.ts';

const answer = z.record(z.string(), z.unknown());
let logto: ManagementApiStandIn;

beforeAll(async () => {
  logto = await startManagementApi();
  logto.machines.set('bare', { secret: 'bare-secret', privileged: false });
  logto.machines.set('late', { secret: 'late-secret', privileged: true, secretExpired: true });
});
afterAll(() => logto.close());

describe('the stand-in for the Management API answers like the real one', () => {
  it('to every recorded call, in their order', async () => {
    const stage = {
      endpoint: logto.endpoint,
      token: tokenOf(await requestToken('good')),
      unprivilegedToken: tokenOf(await requestToken('unprivileged')),
    };
    expect(await playAll(stage)).toEqual([]);
  });

  it.each(tokenExchanges)(
    'to a token request: $client $form',
    async ({ client, form, status, answer }) => {
      const response = await requestToken(client, form);
      expect(response.status).toBe(status);
      if (status === 200) expect(answerDifferences(answer, response.body)).toEqual([]);
      else expect(response.body).toMatchObject(Object(answer));
      expect('scope' in response.body).toBe('scope' in Object(answer));
    },
  );

  it.each([
    ['absent', 422],
    ['bad', 200],
    ['good', 200],
  ] as const)(
    'to a connector that stores tokens, with a vault key that is %s',
    async (key, status) => {
      logto.state.vaultKey = key;
      logto.state.connectors = [];
      const token = tokenOf(await requestToken('good'));
      const response = await fetch(`${logto.endpoint}/api/connectors`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          connectorId: 'oauth2',
          enableTokenStorage: true,
          metadata: { target: 'huggingface' },
        }),
      });
      expect(response.status).toBe(status);
      const body = answer.parse(await response.json());
      if (status === 422) expect(body.code).toBe('request.feature_not_supported');
    },
  );

  it('gives the seeded application its token at the admin endpoint only', async () => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'm-default',
      client_secret: 'seeded-secret-0000',
      resource: MANAGEMENT_API,
    });
    const statusAt = async (origin: string) =>
      (await fetch(`${origin}/oidc/token`, { method: 'POST', body })).status;
    expect([await statusAt(logto.adminEndpoint), await statusAt(logto.endpoint)]).toEqual([
      200, 400,
    ]);
  });
});

function tokenOf({ body }: { body: Record<string, unknown> }): string {
  return String(body.access_token);
}

async function requestToken(client: TokenExchange['client'], form: Record<string, string> = {}) {
  const application = logto.state.applications[0]?.id ?? 'none';
  const credentials = {
    good: [MACHINE.id, MACHINE.secret],
    'wrong secret': [MACHINE.id, 'wrong'],
    unknown: ['nobody', 'x'],
    unprivileged: ['bare', 'bare-secret'],
    'expired secret': ['late', 'late-secret'],
    traditional: [application, 'x'],
  }[client];
  const response = await fetch(`${logto.endpoint}/oidc/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(credentials.join(':')).toString('base64')}`,
    },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      resource: MANAGEMENT_API,
      scope: 'all',
      ...form,
    }),
  });
  return { status: response.status, body: answer.parse(await response.json()) };
}
