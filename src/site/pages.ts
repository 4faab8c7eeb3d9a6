import { join } from 'node:path';
import type { Request } from 'express';
import type { Principal } from '../doorstep/index.ts';
import type { Assets } from './assets.ts';
import type { Config } from './config.ts';
import type { Feature, NavigationEntry, PageOptions, RenderPage, SendPage } from './feature.ts';
import { avatarOf } from './format.ts';
import { ROOT } from './root.ts';
import { compileViews } from './view-engine.ts';
import type { Shell } from './view-models.ts';

const VIEWS = join(ROOT, 'views');

const at = (path: string, label: string): NavigationEntry => ({
  label,
  href: () => path,
  covers: (current) => current === path,
});

interface PagesOptions {
  config: Config;
  assets: Assets;
  features: readonly Feature[];
}

/** An entry of the navigation appears when its page exists. */
export function createPages({ config, assets, features }: PagesOptions): {
  send: SendPage;
  render: RenderPage;
} {
  const renderView = compileViews(VIEWS);
  const entries = [at('/account', 'Account'), at('/sessions', 'Sessions')];
  const navigation = [...entries, ...features.map(({ navigation }) => navigation)];
  const kept = new WeakMap<object, Buffer>();

  function shellFor(req: Request, options: PageOptions): Shell {
    // Where a request failed before the middleware, nobody is known.
    const auth: Principal | undefined = options.withUser === false ? undefined : req.auth;
    const user = auth?.isAuthenticated ? auth : null;
    const signOutInHeader = user !== null && (options.signOutInHeader ?? true);
    return {
      appName: config.appName,
      title: options.title ?? null,
      demo: config.demo,
      nav: user ? navigation.map((entry) => shown(entry, req)) : [],
      user: signOutInHeader ? avatarOf(user) : null,
      signOutInHeader,
      flash: options.flash ?? null,
      preview: previewOf(req, options.summary),
      asset: assets.url,
    };
  }

  function previewOf({ path }: Request, summary?: string): Shell['preview'] {
    if (!summary) return null;
    const { baseUrl } = config;
    return { url: baseUrl + path, summary, picture: baseUrl + assets.url('card.png') };
  }

  const render: RenderPage = (req, name, model, options = {}) =>
    renderView(name, { ...shellFor(req, options), ...model });

  const send: SendPage = (req, res, name, model, options = {}) => {
    const make = () => Buffer.from(render(req, name, model, options));
    const page = (options.sameForAll && kept.get(model)) || make();
    if (options.sameForAll) kept.set(model, page);
    res.type('html').send(page);
  };
  return { send, render };
}

// Whole path: inside a router, req.path is what is left of it.
const shown = ({ label, href, covers }: NavigationEntry, req: Request) => ({
  label,
  href: href(req),
  current: covers(req.originalUrl.split('?')[0] ?? ''),
});
