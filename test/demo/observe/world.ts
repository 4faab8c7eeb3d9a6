import type { LogtoClient } from '../../../demo/logto/provider.ts';
import type { ApiResource } from '../../../demo/logto/resources.ts';
import { type StandIns, startStandIns } from '../../harness/stand-ins.ts';
import { type Browser, createBrowser } from '../browser.ts';
import {
  type Answer,
  appUrl,
  createRelyingParty,
  PLAIN,
  type RelyingParty,
} from '../relying-party.ts';

export interface World extends StandIns {
  app: RelyingParty;
  browser: Browser;
  /** Text as test/contract/logto.ts has it, with `«endpoint»` for Logto's origin. */
  general(text: string): string;
}

/** Fresh stand-ins for one observation. */
export async function inWorld<T>(
  observe: (world: World) => Promise<T>,
  options: { client?: Partial<LogtoClient>; resources?: ApiResource[] } = {},
): Promise<T> {
  const standIns = await startStandIns(appUrl, {
    ...PLAIN,
    ...options,
    client: { ...PLAIN.client, ...options.client },
  });
  const { endpoint } = standIns.logto;
  try {
    return await observe({
      ...standIns,
      app: createRelyingParty(standIns),
      browser: createBrowser(),
      general: (text) => text.replaceAll(endpoint, '«endpoint»'),
    });
  } finally {
    await standIns.close();
  }
}

/** What an error answer says, as the facts write it down. */
export function errorOf({ status, headers, body }: Answer, { general }: World) {
  const { code, error, error_description } = body;
  const challenge = headers.get('www-authenticate');
  return {
    status,
    code,
    error,
    error_description,
    authenticate: challenge === null ? null : general(challenge),
  };
}

/** Where the browser is: the path at Logto, or whose page it is. */
export function placeOf({ browser, logto, huggingFace }: World): string {
  const { page } = browser;
  if (!page) return 'nowhere';
  if (page.stoppedAt) return 'app';
  const { origin, pathname } = new URL(page.url);
  if (origin === huggingFace.url) return 'Hugging Face';
  return origin === logto.endpoint ? pathname : page.url;
}
