import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';

type Include = (name: string, model?: object) => string;

/** What a template is written in. */
interface WithMessages {
  t: object;
}

export type Render = (name: string, model?: object, language?: WithMessages) => string;

const NONE: WithMessages = { t: {} };

/**
 * Compiles all templates in `directory` and its folders once. In a template the model is `page`, the
 * texts are `t`, of `language`, and nothing else is in scope but `include`: ours, since EJS's own looks
 * for the file at every render.
 *
 * @throws when a template does not compile, so a mistake shows at start-up, not to a visitor.
 */
export function compileViews(directory: string): Render {
  const templates = new Map<string, ejs.TemplateFunction>();
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.ejs')) {
      // Windows lists partials\top.ejs, and templates include partials/top.
      const name = file.slice(0, -'.ejs'.length).replaceAll('\\', '/');
      templates.set(name, compile(join(directory, file)));
    }
  }
  const includeIn = (language: WithMessages): Include => {
    const { t } = language;
    const include: Include = (name, model = {}) => {
      const template = templates.get(name);
      if (!template) throw new Error(`There is no template "${name}" in ${directory}`);
      // A page that is handed on whole has them already.
      return template('include' in model ? model : { ...model, language, t, include });
    };
    return include;
  };
  const includes = new WeakMap<WithMessages, Include>();
  return (name, model, language = NONE) => {
    const include = includes.get(language) ?? includeIn(language);
    includes.set(language, include);
    return include(name, model);
  };
}

function compile(path: string): ejs.TemplateFunction {
  const options = {
    filename: path,
    strict: true,
    _with: false,
    localsName: 'page',
    destructuredLocals: ['include', 'language', 't'],
    // What it would guard against is inherited names inside `with`, which is off.
    unsafePrototypeLocals: true,
  };
  return ejs.compile(readFileSync(path, 'utf8'), options);
}
