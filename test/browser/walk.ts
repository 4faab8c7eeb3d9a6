import type { Page } from 'playwright-core';

/** Steps that people take, by what they read on the page. Each waits for the page it leads to. */

export const press = (page: Page, name: string) =>
  page.getByRole('button', { name, exact: true }).click();

export const follow = (page: Page, name: string) =>
  page.getByRole('link', { name, exact: true }).click();

/** Waits until the page with this main heading is there. */
export const arriveAt = (page: Page, heading: string) =>
  page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();

/** Waits for the line of news that a page may open with. */
export const read = (page: Page, flash: string) =>
  page.getByRole('status').filter({ hasText: flash }).waitFor();

export const COME_IN = 'Come on in.';
export const AT_LOGTO = 'Sign in to your account';
export const AT_HUGGING_FACE = 'Let Doorstep sign you in?';
export const HELLO_ADA = 'Hello, Ada Lovelace';

/** At Hugging Face's page: chooses an account and says yes. */
export async function authorize(page: Page, account = 'Ada Lovelace'): Promise<void> {
  await arriveAt(page, AT_HUGGING_FACE);
  await page.getByRole('radio', { name: account }).check();
  await press(page, 'Authorize');
}

/** From the home page of `url` and back to it. */
export async function signIn(page: Page, url: string, account?: string): Promise<void> {
  await page.goto(url);
  await follow(page, 'Continue with Hugging Face');
  await authorize(page, account);
  await page.waitForURL(`${url}/`);
}

export async function signOut(page: Page): Promise<void> {
  await press(page, 'Sign out');
  await arriveAt(page, COME_IN);
}
