import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import type { InventedAccount } from '../accounts.ts';
import type { Authorizations } from './clients.ts';
import { originOf, type Shared } from './mount.ts';
import { refuse } from './token.ts';
import { type HuggingFaceUserInfo, userInfoOf } from './user-info.ts';

/** By handle: what userinfo says instead. */
export type ChangedUserInfo = Map<string, Partial<HuggingFaceUserInfo>>;

const ANSWER =
  'This is the stand-in for Hugging Face: no model has read what you wrote. With a Logto and a Hugging Face of your own, a real one answers here.';

const chatRequest = z.looseObject({
  model: z.string().min(1),
  messages: z.array(z.looseObject({ role: z.string(), content: z.string() })).min(1),
  stream: z.boolean().default(false),
});

/** What a token opens: userinfo (OpenID Connect Core, 5.3), who it is of, and a model. */
export function apiRoutes(
  accounts: InventedAccount[],
  authorizations: Authorizations,
  changed: ChangedUserInfo,
  shared: Shared | undefined,
): Router {
  const router = express.Router();

  /** Answers 401 and gives null without a good token. */
  const bearer = (req: Request, res: Response) => {
    const token = req.headers.authorization?.match(/^Bearer (.+)$/i)?.[1] ?? '';
    const granted = authorizations.tokens.get(token);
    const account = accounts.find(({ username }) => username === granted?.username);
    if (granted && account && granted.expiresAt > Date.now()) {
      return { account, scopes: new Set(granted.scope.split(' ')) };
    }
    res.set('www-authenticate', 'Bearer error="invalid_token"');
    refuse(res, 401, 'invalid_token', 'Unknown or expired access token');
    return null;
  };
  const tell = (account: InventedAccount, scopes: Set<string>, req: Request) => ({
    ...userInfoOf(account, scopes, originOf(req, shared)),
    ...changed.get(account.username),
  });

  router.all('/oauth/userinfo', (req, res) => {
    const found = bearer(req, res);
    if (found) res.json(tell(found.account, found.scopes, req));
  });

  router.get('/api/whoami-v2', (req, res) => {
    const found = bearer(req, res);
    if (!found) return;
    const { sub, preferred_username, name, email, isPro, picture, orgs } = tell(
      found.account,
      found.scopes,
      req,
    );
    res.json({
      type: 'user',
      id: sub,
      name: preferred_username ?? null,
      fullname: name ?? '',
      email: email ?? null,
      emailVerified: true,
      canPay: false,
      isPro: isPro ?? false,
      periodEnd: null,
      avatarUrl: picture ?? '',
      orgs: (orgs ?? []).map((org) => ({
        type: 'org',
        id: org.sub,
        name: org.preferred_username,
        fullname: org.name,
        roleInOrg: org.roleInOrg,
      })),
      auth: { type: 'oauth' },
    });
  });

  router.post('/v1/chat/completions', express.json({ limit: '1mb' }), (req, res) => {
    const found = bearer(req, res);
    if (!found) return;
    if (!found.scopes.has('inference-api')) {
      const error = 'This token has no permission to run models: it takes the scope inference-api';
      return void res.status(403).json({ error });
    }
    const request = chatRequest.safeParse(req.body);
    if (!request.success) {
      return void res.status(422).json({ error: z.prettifyError(request.error) });
    }
    const { model, stream } = request.data;
    const about = { id: 'stand-in', created: Math.floor(Date.now() / 1000), model };
    if (stream) return sendStream(res, about);
    res.json({
      ...about,
      object: 'chat.completion',
      choices: [
        { index: 0, message: { role: 'assistant', content: ANSWER }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    });
  });
  return router;
}

/** Server-sent events, as the OpenAI API has them. */
function sendStream(res: Response, about: object): void {
  const chunk = (delta: object, finish_reason: string | null) =>
    `data: ${JSON.stringify({ ...about, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  res.type('text/event-stream');
  for (const word of ANSWER.match(/\S+\s*/g) ?? []) {
    res.write(chunk({ role: 'assistant', content: word }, null));
  }
  res.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
}
