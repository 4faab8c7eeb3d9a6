import { randomBytes } from 'node:crypto';
import express, { type Request, type Response, type Router } from 'express';
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import { z } from 'zod';
import type { Render } from '../../src/site/view-engine.ts';
import { BoundedMap } from '../bounded-map.ts';
import { type PageContext, pageContextOf } from '../hugging-face/assets.ts';
import { prefixOf, type Shared } from '../hugging-face/mount.ts';
import { languageOf } from '../languages.ts';
import { ConnectorError, type createConnector } from './connector.ts';
import { grantAll } from './consent.ts';
import { messagePage } from './pages.ts';
import type { TokenSecrets } from './token-secrets.ts';
import type { LogtoUser, UserDirectory } from './users.ts';

export interface LogtoSignInPage extends PageContext {
  appName: string;
  screen: 'sign-in' | 'register';
  huggingFaceHref: string;
  /** POST, field `username` */
  formAction: string;
  /** To refill the field. */
  username: string;
  error: string | null;
  /** For example after a cancelled sign-in at Hugging Face. */
  toast: string | null;
  /** "Create account" or "Sign in" */
  otherScreenHref: string;
  backHref: string;
}

export interface SignInContext {
  appName: string;
  appUrl: string;
  /** Asked at every use: it changes when the keys are rotated. */
  provider: () => Provider;
  users: UserDirectory;
  connector: ReturnType<typeof createConnector>;
  /** The name and picture of somebody who came back were taken over from Hugging Face. */
  onProfileSynced: (user: LogtoUser) => void;
  secrets: TokenSecrets;
  render: Render;
  shared: Shared | undefined;
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;
type Screen = LogtoSignInPage['screen'];

const target = 'huggingface';
const usernameForm = z.object({
  username: z
    .string()
    .trim()
    .regex(/^[a-z_][\w-]{0,127}$/i),
});
const socialCallback = z.object({ state: z.string(), code: z.string().optional() });

/** Logto knows who it is. */
export async function finishAs(
  { provider, shared }: Pick<SignInContext, 'provider' | 'shared'>,
  user: LogtoUser,
  req: Request,
  res: Response,
): Promise<void> {
  if (user.isSuspended) return res.redirect(`${prefixOf(shared)}/account-suspended`);
  user.updatedAt = Date.now();
  const result = { login: { accountId: user.sub } };
  res.redirect(303, await provider().interactionResult(req, res, result));
}

/** Everything a browser sees of Logto between the authorization request and the callback. */
export function signInRoutes(context: SignInContext): Router {
  const { users, connector, shared } = context;
  const prefix = prefixOf(shared);
  const pageContextFor = (req: Request, { params }: Pick<Interaction, 'params'> = { params: {} }) =>
    pageContextOf(shared, languageOf(req, params.ui_locales));
  const router = express.Router();
  /** Of each interaction: the state given to Hugging Face, and what to tell on the next page. */
  const states = new BoundedMap<string, string>(shared?.maxEntries);
  const toasts = new BoundedMap<string, string>(shared?.maxEntries);

  const backLink = ({ language: { t } }: PageContext) => ({
    label: t.back({ app: context.appName }),
    href: context.appUrl,
  });
  /** A page of one sentence, from which there is only the way back. */
  const tell = (res: Response, pageContext: PageContext, text: string) =>
    void res.send(messagePage(pageContext, text, backLink(pageContext)));

  const show = (
    res: Response,
    screen: Screen,
    { params, uid }: Interaction,
    {
      pageContext,
      username,
      error,
    }: { pageContext: PageContext; username: string; error: string | null },
  ) => {
    const query = new URLSearchParams({ app_id: String(params.client_id) });
    const other = new URLSearchParams({ ...Object.fromEntries(query), username });
    const page: LogtoSignInPage = {
      appName: context.appName,
      screen,
      huggingFaceHref: `${prefix}/direct/social/${target}?${query}`,
      formAction: `${prefix}/${screen}?${query}`,
      username,
      error,
      toast: toasts.get(uid) ?? null,
      otherScreenHref: `${prefix}/${screen === 'register' ? 'sign-in' : 'register'}?${other}`,
      backHref: context.appUrl,
      ...pageContext,
    };
    toasts.delete(uid);
    res.status(error ? 422 : 200).set('cache-control', 'no-store');
    res.send(context.render('logto-sign-in', page, pageContext.language));
  };

  const backToSignIn = (res: Response, { uid, params }: Interaction, toast: string) => {
    toasts.set(uid, toast);
    res.redirect(`${prefix}/sign-in?${new URLSearchParams({ app_id: String(params.client_id) })}`);
  };

  const finish = (req: Request, res: Response, user: LogtoUser) =>
    finishAs(context, user, req, res);

  for (const screen of ['sign-in', 'register'] as const) {
    router.get(`/${screen}`, async (req, res) => {
      const interaction = await context.provider().interactionDetails(req, res);
      const username = String(req.query.username ?? interaction.params.login_hint ?? '');
      show(res, screen, interaction, {
        pageContext: pageContextFor(req, interaction),
        username,
        error: null,
      });
    });

    router.post(`/${screen}`, express.urlencoded({ extended: false }), async (req, res) => {
      const interaction = await context.provider().interactionDetails(req, res);
      const pageContext = pageContextFor(req, interaction);
      const t = pageContext.language.t.logto;
      const form = usernameForm.safeParse(req.body);
      if (!form.success) {
        const username = typed(req.body);
        const error = username ? t.usernameShape : t.usernameMissing;
        return show(res, screen, interaction, { pageContext, username, error });
      }
      const { username } = form.data;
      const known = users.findByUsername(username);
      if (screen === 'sign-in' && known) return finish(req, res, known);
      if (
        screen === 'register' &&
        !known &&
        users.all().length >= (shared?.maxEntries ?? Number.POSITIVE_INFINITY)
      ) {
        return show(res, screen, interaction, { pageContext, username, error: t.tooMany });
      }
      if (screen === 'register' && !known) return finish(req, res, users.register(username));
      const error = (known ? t.taken : t.unknown)({ username });
      show(res, screen, interaction, { pageContext, username, error });
    });
  }

  router.get('/direct/social/:target', async (req, res) => {
    const { uid } = await context.provider().interactionDetails(req, res);
    if (req.params.target !== target) return res.redirect(`${prefix}/sign-in`);
    const state = randomBytes(8).toString('base64url');
    states.set(uid, state);
    res.redirect(connector.authorizationUrl(state));
  });

  router.get(`/callback/${target}`, async (req, res) => {
    const interaction = await context.provider().interactionDetails(req, res);
    const expected = states.get(interaction.uid);
    states.delete(interaction.uid);
    const t = pageContextFor(req, interaction).language.t.logto;
    const answer = socialCallback.safeParse(req.query);
    if (!answer.success || answer.data.state !== expected) {
      return backToSignIn(res, interaction, t.invalidAuthorization);
    }
    if (answer.data.code === undefined) {
      return backToSignIn(res, interaction, t.unsuccessful);
    }
    try {
      const { info, tokens } = await connector.identify(answer.data.code);
      const isKnown = users
        .all()
        .some(({ identities }) => identities.huggingface?.userId === info.sub);
      const user = users.fromHuggingFace(info);
      context.secrets.keep(user.sub, tokens);
      if (isKnown) context.onProfileSynced(user);
      await finish(req, res, user);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      backToSignIn(res, interaction, t.connectorError({ reason: error.message }));
    }
  });

  router.get('/consent', async (req, res) => {
    const provider = context.provider();
    const interaction = await provider.interactionDetails(req, res);
    if (users.find(interaction.session?.accountId ?? '')?.isExcluded) {
      // Nothing returns to the app.
      const pageContext = pageContextFor(req, interaction);
      return tell(res.status(403), pageContext, pageContext.language.t.logto.accessDenied);
    }
    const consent = { grantId: await grantAll(provider, interaction) };
    const options = { mergeWithLastSubmission: true };
    res.redirect(await provider.interactionResult(req, res, { consent }, options));
  });

  router.get('/account-suspended', (req, res) => {
    const pageContext = pageContextFor(req);
    tell(res, pageContext, pageContext.language.t.logto.suspended);
  });
  router.get('/unknown-session', (req, res) => {
    const pageContext = pageContextFor(req);
    tell(res, pageContext, pageContext.language.t.logto.unknownSession);
  });

  const noInteraction: express.ErrorRequestHandler = (error, _req, res, next) => {
    if (error instanceof errors.SessionNotFound) res.redirect(`${prefix}/unknown-session`);
    else next(error);
  };
  router.use(noInteraction);
  return router;
}

function typed(body: unknown): string {
  return z.object({ username: z.string() }).safeParse(body).data?.username ?? '';
}
