import { randomBytes } from 'node:crypto';
import express, { type Response, type Router } from 'express';
import { z } from 'zod';
import { initials } from '../../src/site/format.ts';
import type { Render } from '../../src/site/view-engine.ts';
import type { InventedAccount } from '../accounts.ts';
import { languageOf, type StandInLanguage } from '../languages.ts';
import { type PageContext, pageContextOf } from './assets.ts';
import type { Authorizations, HuggingFaceClient } from './clients.ts';
import { originOf, prefixOf, type Shared } from './mount.ts';
import { pictureUrl } from './user-info.ts';

export interface HuggingFaceAuthorizePage extends PageContext {
  appName: string;
  /** POST */
  formAction: string;
  /** Hidden inputs to carry. */
  hidden: Record<string, string>;
  /** Radio buttons, name `username`. */
  accounts: {
    username: string;
    title: string;
    line: string;
    picture: string | null;
    /** null shows the face. */
    initials: string | null;
    checked: boolean;
  }[];
  willSee: string[];
}

const codeLifetime = 10 * 60_000;
/** As https://huggingface.co/docs/hub/oauth lists them. */
const SCOPES = [
  'openid',
  'profile',
  'email',
  'read-billing',
  'read-repos',
  'contribute-repos',
  'write-repos',
  'manage-repos',
  'inference-api',
  'jobs',
  'webhooks',
  'write-discussions',
];

const authorizationRequest = z.object({
  response_type: z.literal('code'),
  client_id: z.string(),
  redirect_uri: z.url(),
  scope: z.string().default('openid profile'),
  state: z.string().optional(),
});
type AuthorizationRequest = z.infer<typeof authorizationRequest>;

const decisionOf = (accounts: InventedAccount[]) =>
  z.discriminatedUnion('decision', [
    z.object({ decision: z.literal('cancel') }),
    z.object({
      decision: z.literal('authorize'),
      username: z.enum(accounts.map(({ username }) => username)),
    }),
  ]);

interface Context {
  appName: string;
  accounts: InventedAccount[];
  clients: HuggingFaceClient[];
  authorizations: Authorizations;
  shared: Shared | undefined;
}

/** The consent page and what its two buttons do (RFC 6749, 4.1.1 and 4.1.2). */
export function authorizeRoutes(context: Context, render: Render): Router {
  const router = express.Router();
  const decision = decisionOf(context.accounts);

  router.get('/oauth/authorize', (req, res) => {
    const request = checkRequest(req.query, context.clients, res);
    if (!request) return;
    const pageContext = pageContextOf(context.shared, languageOf(req));
    const page = authorizePage(context, request, originOf(req, context.shared), pageContext);
    res
      .set('cache-control', 'no-store')
      .send(render('hugging-face-authorize', page, pageContext.language));
  });

  router.post('/oauth/authorize', express.urlencoded({ extended: false }), (req, res) => {
    const request = checkRequest(req.body, context.clients, res);
    if (!request) return;
    const answer = decision.safeParse(req.body);
    if (!answer.success) {
      res
        .status(400)
        .type('text')
        .send(`Bad answer: ${z.prettifyError(answer.error)}`);
      return;
    }
    const result: Record<string, string> =
      answer.data.decision === 'authorize'
        ? { code: issueCode(request, answer.data.username, context) }
        : { error: 'access_denied', error_description: 'The user denied the request' };
    if (request.state !== undefined) result.state = request.state;
    res.redirect(303, withQuery(request.redirect_uri, result));
  });
  return router;
}

/** Answers 400 and gives null when the request must not be sent back to `redirect_uri`. */
function checkRequest(
  input: unknown,
  clients: HuggingFaceClient[],
  res: Response,
): AuthorizationRequest | null {
  const parsed = authorizationRequest.safeParse(input);
  const refuse = (reason: string) => {
    res.status(400).type('text').send(reason);
    return null;
  };
  if (!parsed.success) return refuse(`Bad request: ${z.prettifyError(parsed.error)}`);
  const client = clients.find(({ id }) => id === parsed.data.client_id);
  if (!client) return refuse('Bad request: unknown client_id');
  if (!client.redirectUris.includes(parsed.data.redirect_uri)) {
    return refuse('Bad request: redirect_uri is not registered');
  }
  const unknown = parsed.data.scope.split(' ').find((scope) => !SCOPES.includes(scope));
  if (unknown) return refuse(`Bad request: there is no scope ${unknown}`);
  return parsed.data;
}

function issueCode(
  request: AuthorizationRequest,
  username: string,
  { accounts, authorizations }: Context,
): string {
  const code = randomBytes(16).toString('hex');
  authorizations.codes.set(code, {
    clientId: request.client_id,
    redirectUri: request.redirect_uri,
    username,
    scope: grantedScope(accounts, request.scope, username),
    expiresAt: Date.now() + codeLifetime,
  });
  return code;
}

function grantedScope(accounts: InventedAccount[], scope: string, username: string): string {
  const withheld = accounts.find((account) => account.username === username)?.withholds ?? [];
  return scope
    .split(' ')
    .filter((one) => !withheld.includes(one))
    .join(' ');
}

function authorizePage(
  { appName, accounts, shared }: Context,
  request: AuthorizationRequest,
  origin: string,
  pageContext: PageContext,
): HuggingFaceAuthorizePage {
  const { state, ...rest } = request;
  return {
    appName,
    formAction: `${prefixOf(shared)}/oauth/authorize`,
    hidden: { ...rest, ...(state === undefined ? {} : { state }) },
    accounts: accounts.map((account, index) => ({
      username: account.username,
      title: account.name ?? `@${account.username}`,
      line: account.line[pageContext.language.tag],
      picture: account.hasPicture ? pictureUrl(account.username, origin) : null,
      initials: initials(account.name, account.username),
      checked: index === 0,
    })),
    willSee: willSee(new Set(request.scope.split(' ')), pageContext.language.t.huggingFace),
    ...pageContext,
  };
}

function willSee(scopes: Set<string>, t: StandInLanguage['t']['huggingFace']): string[] {
  const items = [];
  if (scopes.has('profile')) items.push(t.profile);
  if (scopes.has('email')) items.push(t.email);
  if (scopes.has('profile')) items.push(t.organizations);
  if (scopes.has('inference-api')) items.push(t.inference);
  return items;
}

function withQuery(uri: string, query: Record<string, string>): string {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}
