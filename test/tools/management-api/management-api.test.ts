import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listenOnLocalhost } from '../../../demo/hugging-face/local-server.ts';
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

  it.each([
    ['takes it', 204, 204, null],
    [
      'refuses it',
      403,
      422,
      {
        code: 'hook.endpoint_responded_with_error',
        data: { responseStatus: 403, responseBody: '' },
      },
    ],
    // It followed with a GET, which found something.
    ['redirects it', 302, 204, null],
  ])('to a test of a webhook whose address %s', async (_does, status, wanted, body) => {
    const seen: { method: string | undefined; signature: unknown }[] = [];
    const app = express().use((req, res) => {
      seen.push({ method: req.method, signature: req.headers['logto-signature-sha-256'] });
      if (status === 302 && req.method === 'POST') return res.redirect('/elsewhere');
      res.status(status === 302 ? 200 : status).end();
    });
    const server = await listenOnLocalhost(app, 0);
    try {
      const headers = {
        authorization: `Bearer ${tokenOf(await requestToken('good'))}`,
        'content-type': 'application/json',
      };
      const post = (path: string, sent: object) =>
        fetch(`${logto.endpoint}/api/hooks${path}`, {
          method: 'POST',
          headers,
          body: JSON.stringify(sent),
        });
      const about = { events: ['User.Deleted'], config: { url: `${server.url}/hooks/logto` } };
      const { id } = answer.parse(await (await post('', { name: 'x', ...about })).json());
      const response = await post(`/${id}/test`, about);
      expect(response.status).toBe(wanted);
      if (body) expect(await response.json()).toMatchObject(body);
      expect(seen[0]).toEqual({
        method: 'POST',
        signature: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(seen.at(-1)?.method).toBe(status === 302 ? 'GET' : 'POST');
    } finally {
      await server.close();
    }
  });

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
