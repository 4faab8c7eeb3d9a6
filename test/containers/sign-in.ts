import { z } from 'zod';
import { type Browser, createBrowser } from '../demo/browser.ts';

const Experience = z.object({ socialConnectors: z.array(z.object({ id: z.string() })).min(1) });
const Started = z.object({ verificationId: z.string(), authorizationUri: z.string() });
const Submitted = z.object({ redirectTo: z.string() });

/** What Logto's sign-in page does for a person who continues with Hugging Face, by its Experience API. */
export async function signIn(app: string, logto: string, username: string): Promise<Browser> {
  const browser = createBrowser();
  const call = async (method: string, path: string, body?: object) => {
    const url = new URL(path, logto);
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', cookie: browser.cookies.header(url) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    browser.cookies.store(url, response.headers.getSetCookie());
    const text = await response.text();
    if (!response.ok && response.status !== 404)
      throw new Error(`${path}: ${response.status} ${text}`);
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : null };
  };

  await browser.get(`${app}/sign-in?direct_sign_in=social:huggingface`, {
    until: `${logto}/direct`,
  });
  const { socialConnectors } = Experience.parse(
    (await call('GET', '/api/.well-known/sign-in-exp')).body,
  );
  const connector = socialConnectors[0]?.id;
  const redirectUri = `${logto}/callback/${connector}`;
  const social = `/api/experience/verification/social/${connector}`;

  await call('PUT', '/api/experience', { interactionEvent: 'SignIn' });
  const state = 'state-of-the-page';
  const started = await call('POST', `${social}/authorization-uri`, { state, redirectUri });
  const { verificationId, authorizationUri } = Started.parse(started.body);
  await browser.get(authorizationUri);
  const back = await browser.submit({ username, decision: 'authorize' }, { until: redirectUri });
  const code = new URL(back.stoppedAt ?? '').searchParams.get('code');
  const connectorData = { code, state, redirectUri };
  await call('POST', `${social}/verify`, { verificationId, connectorData });
  const known = await call('POST', '/api/experience/identification', { verificationId });
  if (known.status === 404) {
    await call('PUT', '/api/experience/interaction-event', { interactionEvent: 'Register' });
    await call('POST', '/api/experience/identification', { verificationId });
  }
  const { redirectTo } = Submitted.parse((await call('POST', '/api/experience/submit')).body);
  await browser.get(redirectTo);
  return browser;
}
