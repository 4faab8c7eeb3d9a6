import { createBrowser, type Page } from '../browser.ts';
import { linkTo } from '../html.ts';
import { call } from '../relying-party.ts';
import { inWorld, placeOf, type World } from './world.ts';

const redirectUri = 'http://localhost:3000/callback';

/** Where the browser is led by an authorization request with these parameters. */
async function placeAfter(
  world: World,
  params: Record<string, string | undefined>,
): Promise<string> {
  const fresh = { ...world, browser: createBrowser() };
  await fresh.browser.get(world.app.authorizationRequest(params).url, { until: redirectUri });
  return placeOf(fresh);
}

async function callbackError({ app }: World, params: Record<string, string>) {
  const { url, state } = app.authorizationRequest(params);
  const { stoppedAt } = await createBrowser().get(url, { until: redirectUri });
  const query = new URL(stoppedAt ?? url).searchParams;
  return {
    error: query.get('error'),
    iss: query.get('iss') === new URL('/oidc', url).href,
    state: query.get('state') === state,
  };
}

async function jsonError({ app }: World, params: Record<string, string>) {
  const { status, body } = await call(app.authorizationRequest(params).url);
  return { status, error: body.error };
}

export const observeAuthorization = () =>
  inWorld(async (world) => {
    const { app, browser, logto } = world;
    await app.signIn(browser);
    const cookies = browser.cookies.all('localhost');
    const interaction = cookies.find(({ name }) => name === '_interaction')?.value ?? '';
    return {
      unregisteredRedirectUri: await jsonError(world, { redirect_uri: `${redirectUri}/else` }),
      unknownClient: await jsonError(world, { client_id: 'no-such-client' }),
      promptNone: await callbackError(world, { prompt: 'none' }),
      unknownResource: await callbackError(world, { resource: 'https://nobody.example' }),
      unknownScope: await placeAfter(world, { scope: 'openid nonsense' }),
      withoutPkce: await placeAfter(world, {
        code_challenge: undefined,
        code_challenge_method: undefined,
      }),
      firstScreenRegister: await placeAfter(world, { first_screen: 'register' }),
      directSignIn: await placeAfter(world, { direct_sign_in: 'social:huggingface' }),
      unknownDirectSignIn: await placeAfter(world, { direct_sign_in: 'social:nope' }),
      pageWithoutInteraction: new URL((await createBrowser().get(`${logto.endpoint}/sign-in`)).url)
        .pathname,
      cookies: cookies.map(({ name }) => name).sort(),
      interactionCookie: interaction.startsWith('{') ? 'JSON by application' : 'plain id',
    };
  });

async function toHuggingFace({ app, browser }: World): Promise<Page> {
  const { url } = app.authorizationRequest({ direct_sign_in: 'social:huggingface' });
  return browser.get(url);
}

const toastOf = ({ body }: Page) =>
  /role="status">([^<]*)</.exec(body)?.[1]?.replace('&#39;', "'") ?? null;

/** Cancel, look, and try again from the page that came. */
async function observeCancel(world: World) {
  const { browser } = world;
  await toHuggingFace(world);
  const page = await browser.submit({ decision: 'cancel' }, { until: redirectUri });
  const cancel = { at: placeOf(world), toast: toastOf(page) };
  await browser.get(new URL(linkTo(page.body, 'Continue with Hugging Face'), page.url).href);
  await browser.submit({ username: 'ada-l', decision: 'authorize' }, { until: redirectUri });
  return { cancel, retryAfterCancel: placeOf(world) };
}

/** An old answer of Hugging Face, brought into a new sign-in. */
async function observeReplay(world: World) {
  const { browser } = world;
  const old = browser.history.find(({ url }) => url.includes('/callback/huggingface?code='));
  browser.cookies.clear();
  await toHuggingFace(world);
  const page = await browser.get(old?.url ?? '');
  return { at: placeOf(world), toast: toastOf(page) };
}

async function observeSuspended(world: World): Promise<string> {
  const { browser, logto } = world;
  for (const { sub } of logto.users.all()) logto.suspend(sub);
  browser.cookies.clear();
  await toHuggingFace(world);
  await browser.submit({ username: 'ada-l', decision: 'authorize' });
  return placeOf(world);
}

async function observeHyphen(world: World): Promise<string> {
  const { app, browser } = world;
  browser.cookies.clear();
  await browser.get(app.authorizationRequest({ first_screen: 'register' }).url);
  await browser.submit({ username: 'has-hyphen' }, { until: redirectUri });
  return placeOf(world) === 'app' ? 'accepted' : 'refused';
}

export const observeSocialSignIn = () =>
  inWorld(async (world) => {
    const scope = new URL((await toHuggingFace(world)).url).searchParams.get('scope');
    return {
      requestedScope: scope,
      ...(await observeCancel(world)),
      replayedCallback: await observeReplay(world),
      usernameWithHyphen: await observeHyphen(world),
      sameEmailTwice: await observeSameEmail(world),
      suspendedUser: await observeSuspended(world),
    };
  });

/** Someone else has Ada's e-mail already when she signs in for the first time. */
async function observeSameEmail(world: World): Promise<string> {
  const { browser, logto } = world;
  for (const { sub } of logto.users.all()) logto.delete(sub);
  const other = logto.users.register('someone_else');
  logto.users.update(other.sub, { email: 'ada@example.org' });
  browser.cookies.clear();
  await toHuggingFace(world);
  await browser.submit({ username: 'ada-l', decision: 'authorize' }, { until: redirectUri });
  return placeOf(world);
}
