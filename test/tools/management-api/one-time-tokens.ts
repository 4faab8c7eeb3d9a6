import express, { type Router } from 'express';
import { z } from 'zod';
import { guarded, notFound, sendList } from './replies.ts';
import { CREATED_AT, type State, TENANT } from './state.ts';

const creation = z.object({
  // Not checked: "nope" is taken.
  email: z.string(),
  expiresIn: z.number().default(600),
  context: z.object({ jitOrganizationIds: z.array(z.string()).optional() }).default({}),
});

/** One-time tokens, and what a command looks up before it mints one. */
export function oneTimeTokenRoutes(state: State, newId: (kind: string) => string): Router {
  return express
    .Router()
    .post('/one-time-tokens', (req, res) => {
      const { expiresIn, ...given } = guarded(creation, req.body);
      const token = {
        tenantId: TENANT,
        id: newId('one-time-token'),
        ...given,
        token: newId('token').padEnd(32, '0'),
        status: 'active',
        createdAt: CREATED_AT,
        expiresAt: CREATED_AT + expiresIn * 1000,
      };
      state.oneTimeTokens.push(token);
      res.status(201).json(token);
    })
    .get('/one-time-tokens', (req, res) => {
      sendList(req, res, state.oneTimeTokens, 'optional');
    })
    .get('/users', (req, res) => {
      const { 'search.primaryEmail': email, 'mode.primaryEmail': mode } = req.query;
      const wanted = String(email ?? '').toLowerCase();
      const matches = (text = '') =>
        mode === 'exact' ? text.toLowerCase() === wanted : text.toLowerCase().includes(wanted);
      const users = state.users.filter(({ primaryEmail }) => matches(primaryEmail ?? ''));
      sendList(req, res, users, 'always');
    })
    .get('/organizations/:id', (req, res) => {
      const found = state.organizations.find(({ id }) => id === req.params.id);
      if (!found) throw notFound('organizations', req.params.id);
      res.json(found);
    });
}
