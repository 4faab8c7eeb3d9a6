import type { Browser } from '../demo/browser.ts';
import { CLIENT, SESSION_SECRET } from './doorstep.ts';
import { idIn } from './people.ts';

/** Whatever could be used by who reads it in a log: collected on the wire, as it is issued. */
export class Loot {
  readonly #found = new Set<string>([SESSION_SECRET, CLIENT.secret]);

  /** A fetch that notes every secret in calls to Logto and their answers. */
  readonly fetch: typeof fetch = async (input, init) => {
    if (typeof init?.body === 'string') this.#takeForm(init.body);
    if (init?.body instanceof URLSearchParams) this.#takeForm(init.body.toString());
    this.#add(new Headers(init?.headers).get('authorization')?.split(' ')[1]);
    const answer = await this.#real(input, init);
    this.#takeJson(await answer.clone().text());
    return answer;
  };
  readonly #real = fetch;

  takeAddress(address: string): void {
    for (const name of ['code', 'state', 'code_challenge'])
      this.#add(new URL(address).searchParams.get(name));
  }

  takeCookies(browser: Browser): void {
    for (const { name, value } of browser.cookies.all('localhost')) {
      if (!name.startsWith('doorstep')) continue;
      this.#add(value);
      this.#add(decodeURIComponent(value));
      if (name === 'doorstep') this.#add(idIn(value));
    }
  }

  get all(): string[] {
    return [...this.#found];
  }

  #takeForm(form: string): void {
    const names = ['code', 'code_verifier', 'refresh_token', 'token', 'logout_token'];
    for (const name of names) this.#add(new URLSearchParams(form).get(name));
  }

  #takeJson(text: string): void {
    for (const [, value] of text.matchAll(/"(?:access|refresh|id)_token"\s*:\s*"([^"]+)"/g))
      this.#add(value);
  }

  /** Short values would be found anywhere. */
  #add(value: string | null | undefined): void {
    if (value && value.length >= 16) this.#found.add(value);
  }
}
