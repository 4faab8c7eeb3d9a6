import { createHmac } from 'node:crypto';
import express, { type Router } from 'express';
import { z } from 'zod';
import { guarded, refuse, sendList } from './replies.ts';
import { CREATED_AT, type Hook, type State, TENANT } from './state.ts';

/** As the 400 for an unknown one lists them (Logto 1.43). */
const EVENTS = [
  ...['PostRegister', 'PostSignIn', 'PostSignInAdaptiveMfaTriggered', 'PostResetPassword'],
  ...['User.Created', 'User.Deleted', 'User.Data.Updated', 'User.SuspensionStatus.Updated'],
  ...['Role.Created', 'Role.Deleted', 'Role.Data.Updated', 'Role.Scopes.Updated'],
  ...['Scope.Created', 'Scope.Deleted', 'Scope.Data.Updated'],
  ...['Organization.Created', 'Organization.Deleted', 'Organization.Data.Updated'],
  ...['Organization.Membership.Updated', 'OrganizationRole.Created', 'OrganizationRole.Deleted'],
  ...['OrganizationRole.Data.Updated', 'OrganizationRole.Scopes.Updated'],
  ...['OrganizationScope.Created', 'OrganizationScope.Deleted', 'OrganizationScope.Data.Updated'],
  ...['Identifier.Lockout', 'Message.RateLimited', 'Grant.LimitExceeded'],
];
const events = z.array(z.enum(EVENTS)).nonempty();
// Any text is an address here: "notaurl" is taken.
const config = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
});
// A signing key that is sent along is ignored.
const creation = z.object({
  name: z.string().default(''),
  events: events.optional(),
  config,
  enabled: z.boolean().default(true),
});
const change = z.object({
  name: z.string().optional(),
  events: events.optional(),
  config: config.optional(),
  enabled: z.boolean().optional(),
});

export function hookRoutes(state: State, newId: (kind: string) => string): Router {
  const find = (id: string): Hook => {
    const found = state.hooks.find((one) => one.id === id);
    if (!found) throw refuse(404, 'entity.not_exists', 'The hooks does not exist.');
    return found;
  };

  return express
    .Router()
    .get('/hooks', (req, res) => {
      sendList(req, res, [...state.hooks].reverse(), 'optional');
    })
    .post('/hooks', (req, res) => {
      const given = guarded(creation, req.body);
      if (!given.events) throw refuse(400, 'hook.missing_events', 'You should provide events.');
      const hook: Hook = {
        tenantId: TENANT,
        id: newId('hook'),
        event: null,
        ...given,
        events: given.events,
        signingKey: newId('signing-key').padEnd(32, '0'),
        createdAt: CREATED_AT,
      };
      // A name may be there any number of times.
      state.hooks.push(hook);
      res.status(201).json(hook);
    })
    .get('/hooks/:id', (req, res) => {
      const stats = { executionStats: { successCount: 0, requestCount: 0 } };
      res.json({ ...find(req.params.id), ...(req.query.includeExecutionStats && stats) });
    })
    .get('/hooks/:id/recent-logs', (req, res) => {
      sendList(req, res, [], 'always');
    })
    .patch('/hooks/:id', (req, res) => {
      const hook = find(req.params.id);
      const changes = guarded(change, req.body);
      if (Object.keys(changes).length === 0) {
        throw refuse(422, 'entity.invalid_input', 'Invalid input. Value list must not be empty.');
      }
      // Events and config are each replaced whole.
      res.json(Object.assign(hook, changes));
    })
    .patch('/hooks/:id/signing-key', (req, res) => {
      const signingKey = newId('signing-key').padEnd(32, '0');
      res.json(Object.assign(find(req.params.id), { signingKey }));
    })
    .post('/hooks/:id/test', async (req, res) => {
      const { id, signingKey } = find(req.params.id);
      const sent = guarded(z.object({ events, config }), req.body);
      for (const event of sent.events) await deliver(event, sent.config.url, { id, signingKey });
      res.status(204).end();
    })
    .delete('/hooks/:id', (req, res) => {
      const { id } = find(req.params.id);
      state.hooks = state.hooks.filter((one) => one.id !== id);
      res.status(204).end();
    });
}

/** Something made up, signed with the hook's key. Redirects are followed: a 302 becomes a GET. */
async function deliver(
  event: string,
  url: string,
  { id, signingKey }: Pick<Hook, 'id' | 'signingKey'>,
): Promise<void> {
  const body = JSON.stringify({
    event,
    createdAt: new Date().toISOString(),
    params: { id: 'fake-id' },
    data: { result: 'success' },
    hookId: id,
  });
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Logto (https://logto.io/)',
    'logto-signature-sha-256': createHmac('sha256', signingKey).update(body).digest('hex'),
  };
  const answer = await fetch(url, { method: 'POST', headers, body }).catch(() => null);
  if (answer?.ok) return;
  throw answer
    ? refuse(422, 'hook.endpoint_responded_with_error', 'The endpoint responded with an error.', {
        data: { responseStatus: answer.status, responseBody: await answer.text() },
      })
    : refuse(422, 'hook.send_test_payload_failed', 'Failed to send test payload.');
}
