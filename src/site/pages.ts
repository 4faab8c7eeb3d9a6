import { join } from 'node:path';
import type { Request } from 'express';
import { type Principal, setLanguageHeaders } from '../doorstep/index.ts';
import type { Assets } from './assets.ts';
import type { Config } from './config.ts';
import type { Feature, NavigationEntry, PageOptions, RenderPage, SendPage } from './feature.ts';
import { avatarOf } from './format.ts';
import type { Language, Languages } from './languages/languages.ts';
import type { Messages } from './languages/translation.ts';
import { ROOT } from './root.ts';
import { compileViews } from './view-engine.ts';
import type { Shell } from './view-models.ts';

const VIEWS = join(ROOT, 'views');

/** A page whose messages have a title. */
type Titled = {
  [Key in keyof Messages]: Messages[Key] extends { title: string } ? Key : never;
}[keyof Messages];

const at = (path: string, page: Titled): NavigationEntry => ({
  label: (t) => t[page].title,
  href: () => path,
  covers: (current) => current === path,
});

interface PagesOptions {
  config: Config;
  languages: Languages;
  assets: Assets;
  features: readonly Feature[];
}

/** Compiles the views; renders pages inside navigation, flash message and footer. */
export function createPages({ config, languages, assets, features }: PagesOptions): {
  send: SendPage;
  render: RenderPage;
} {
  const renderView = compileViews(VIEWS);
  const entries = [at('/account', 'account'), at('/sessions', 'sessions')];
  const navigation = [...entries, ...features.map(({ navigation }) => navigation)];
  const kept = new WeakMap<object, Map<Language, Buffer>>();

  function shellFor(req: Request, { t }: Language, options: PageOptions): Shell {
    // Where a request failed before the middleware, nobody is known.
    const auth: Principal | undefined = options.withUser === false ? undefined : req.auth;
    const user = auth?.isAuthenticated ? auth : null;
    const signOutInHeader = user !== null && (options.signOutInHeader ?? true);
    return {
      appName: config.appName,
      title: options.title?.(t) ?? null,
      demo: config.demo,
      nav: user ? navigation.map((entry) => shown(entry, t, req)) : [],
      user: signOutInHeader ? avatarOf(user) : null,
      signOutInHeader,
      flash: options.flash ?? null,
      preview: previewOf(req, options.summary),
      showsTimes: options.showsTimes ?? false,
      asset: assets.url,
    };
  }

  function previewOf({ path }: Request, summary?: string): Shell['preview'] {
    if (!summary) return null;
    const { baseUrl } = config;
    return { url: baseUrl + path, summary, picture: baseUrl + assets.url('card.png') };
  }

  const render: RenderPage = (req, name, model, options = {}) => {
    const language = languages.of(req);
    return renderView(name, { ...shellFor(req, language, options), ...model }, language);
  };

  const send: SendPage = (req, res, name, model, options = {}) => {
    const language = languages.of(req);
    setLanguageHeaders(res, language.tag);
    const make = () => Buffer.from(render(req, name, model, options));
    res.type('html');
    if (!options.sameForAll) return void res.send(make());
    const rendered = kept.get(model) ?? new Map<Language, Buffer>();
    const page = rendered.get(language) ?? make();
    kept.set(model, rendered.set(language, page));
    res.send(page);
  };
  return { send, render };
}

// Whole path: inside a router, req.path is what is left of it.
const shown = ({ label, href, covers }: NavigationEntry, t: Messages, req: Request) => ({
  label: label(t),
  href: href(req),
  current: covers(req.originalUrl.split('?')[0] ?? ''),
});
