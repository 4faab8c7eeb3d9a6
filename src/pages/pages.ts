import { fileURLToPath } from 'node:url';
import type { Request, Response } from 'express';
import type { AuthDeps } from '../auth/deps.ts';
import { signedIn } from '../auth/guards.ts';
import type { Config } from '../config.ts';
import type { Assets } from './assets.ts';
import { avatarOf } from './format.ts';
import { compileViews } from './view-engine.ts';
import type { Shell, Views } from './view-models.ts';

const VIEWS = fileURLToPath(new URL('../../views', import.meta.url));

/** The pages of the navigation. An entry appears when its page exists. */
const NAVIGATION = [
  { href: '/account', label: 'Account' },
  { href: '/sessions', label: 'Sessions' },
];

export interface PageOptions {
  title?: string;
  notice?: string | null;
  /** False where nobody can be looked up: the header then shows the brand only. */
  withUser?: boolean;
  /** Home has "Sign out" in its card. */
  signOutInHeader?: boolean;
}

/** Renders a page inside what every page has around it. */
export type SendPage = <Name extends keyof Views>(
  req: Request,
  res: Response,
  name: Name,
  model: Views[Name],
  options?: PageOptions,
) => void;

/** What the pages work with. Made once, in app.ts. */
export interface PageDeps extends AuthDeps {
  send: SendPage;
}

export function createPages(config: Config, assets: Assets): SendPage {
  const render = compileViews(VIEWS);
  return (req, res, name, model, options = {}) => {
    const user = options.withUser === false ? null : signedIn(req)?.user;
    const shell: Shell = {
      appName: config.appName,
      title: options.title ?? null,
      demo: config.demo,
      nav: user ? NAVIGATION.map((entry) => ({ ...entry, current: entry.href === req.path })) : [],
      user: user ? avatarOf(user) : null,
      signOutInHeader: Boolean(user) && (options.signOutInHeader ?? true),
      notice: options.notice ?? null,
      asset: assets.url,
    };
    // A Buffer, of the one type that pages have: `res.send` need not parse that, nor copy the page.
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    res.send(Buffer.from(render(name, { ...shell, ...model })));
  };
}
