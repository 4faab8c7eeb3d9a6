import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { decodeJwt, shapeOf } from '../shape.ts';
import { inWorld, placeOf, type World } from './world.ts';

const home = 'http://localhost:3000/';
type Delivery = { contentType: string | undefined; body: URLSearchParams };

/** A world whose app listens for logout tokens. */
async function withReceiver<T>(
  observe: (world: World, deliveries: Delivery[]) => Promise<T>,
): Promise<T> {
  const deliveries: Delivery[] = [];
  const receiver = createServer(async (req, res) => {
    const body = new URLSearchParams(await text(req));
    deliveries.push({ contentType: req.headers['content-type'], body });
    res.end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    return await inWorld((world) => observe(world, deliveries), {
      client: {
        backchannelLogoutUri: `http://127.0.0.1:${port}/backchannel-logout`,
        backchannelLogoutSessionRequired: true,
      },
    });
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
}

/** One sign-out, from a fresh sign-in, with the given end-session parameters. */
async function signOut(
  paramsOf: (idToken: string) => Record<string, string>,
  { signedIn = true } = {},
) {
  return withReceiver(async (world, deliveries) => {
    const { app, browser, logto } = world;
    const idToken = signedIn ? (await app.signIn(browser)).tokens.id_token : '';
    const page = await browser.get(
      `${logto.issuer}/session/end?${new URLSearchParams(paramsOf(idToken))}`,
    );
    if (page.status === 200) await browser.submit({}, { until: home });
    const endsAt = page.status === 200 ? placeWithQuery(world) : page.status;
    const logoutToken = deliveries.length > 0;
    await browser.get(app.authorizationRequest({ prompt: undefined }).url, { until: home });
    return { endsAt, sessionKept: placeOf(world) === 'app', logoutToken };
  });
}

function placeWithQuery(world: World): string {
  const { stoppedAt } = world.browser.page ?? {};
  return placeOf(world) + (stoppedAt ? new URL(stoppedAt).search : '');
}

export async function observeSignOut() {
  const client = { client_id: 'doorstep' };
  const back = { post_logout_redirect_uri: home };
  const elsewhere = { post_logout_redirect_uri: `${home}elsewhere` };
  return {
    clientIdAndState: await signOut(() => ({ ...client, ...back, state: 'abc' })),
    idTokenHint: await signOut((idToken) => ({ id_token_hint: idToken, ...back })),
    nothing: await signOut(() => ({})),
    clientIdOnly: await signOut(() => client),
    uriWithoutClient: await signOut(() => back),
    unregisteredUri: await signOut(() => ({ ...client, ...elsewhere })),
    badIdTokenHint: await signOut(() => ({ id_token_hint: 'abc', ...back })),
    withoutSession: await signOut(() => ({ ...client, ...back }), { signedIn: false }),
    refreshTokenAfter: await observeRefreshAfter(),
  };
}

const observeRefreshAfter = () =>
  inWorld(async ({ app, browser, logto }) => {
    const { tokens } = await app.signIn(browser);
    await browser.get(`${logto.issuer}/session/end?client_id=doorstep`);
    await browser.submit();
    return (await app.refresh(tokens.refresh_token)).status;
  });

export const observeLogoutToken = () =>
  withReceiver(async ({ app, browser, logto }, deliveries) => {
    await app.signIn(browser);
    await browser.get(`${logto.issuer}/session/end?client_id=doorstep`);
    await browser.submit();
    const [delivery] = deliveries;
    const { header, claims } = decodeJwt(delivery?.body.get('logout_token') ?? '');
    return {
      contentType: delivery?.contentType?.split(';')[0],
      fields: [...(delivery?.body.keys() ?? [])],
      header: { ...header, kid: shapeOf(header.kid) },
      claims: shapeOf(claims),
      lifetime: Number(claims.exp) - Number(claims.iat),
    };
  });
