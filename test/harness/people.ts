import type { Browser, Page } from '../demo/browser.ts';
import { ADA, type Doorstep } from './doorstep.ts';

/** What tests ask about somebody's browser at the app. */
export interface People {
  /** Is this browser signed in? Looks as a person would: at the home page. */
  isIn(browser: Browser): Promise<boolean>;
  /** A claim as the account page prints it; '' when it isn't there. */
  claim(browser: Browser, name: string): Promise<string>;
  /** Signs in, saying to be this browser and system. */
  signInFrom(userAgent: string, choice?: typeof ADA): Promise<Browser>;
  /** The id of this browser's session; '' without one. */
  sessionId(browser: Browser): string;
  /** POSTs as a click on our own page would. */
  click(browser: Browser, path: string): Promise<Page>;
}

export function peopleAt(app: Doorstep): People {
  return {
    isIn: async (browser) => !(await browser.get(app.url)).body.includes('Come on in.'),
    async claim(browser, name) {
      const { body } = await browser.get(`${app.url}/account`);
      return new RegExp(`<code>${name}</code>[\\s\\S]*?<td><code>([^<]*)`).exec(body)?.[1] ?? '';
    },
    async signInFrom(userAgent, choice = ADA) {
      const browser = app.browser();
      const callback = await app.upToCallback(browser, '/sign-in', choice);
      await browser.get(callback, { headers: { 'user-agent': userAgent } });
      return browser;
    },
    sessionId: (browser) => idIn(browser.cookies.find('localhost', 'doorstep')?.value ?? ''),
    async click(browser, path) {
      await browser.get(app.url);
      return browser.post(app.url + path, {});
    },
  };
}

/** The reason that an error page shows beside its request id; '' on any other page. */
export const reasonOn = ({ body }: { body: string }): string =>
  /class="reason">([^<]*)/.exec(body)?.[1] ?? '';

/** The session id that a session cookie names. */
export const idIn = (cookie: string): string =>
  decodeURIComponent(cookie).replace(/^s:(.*)\..*$/, '$1');
