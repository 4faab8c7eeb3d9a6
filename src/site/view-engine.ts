import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';

export type Render = (name: string, model?: object) => string;

/**
 * Compiles all templates in `directory` and its folders once. In a template the model is `page`, and
 * nothing else is in scope but `include`: ours, since EJS's own looks for the file at every render.
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
  const include: Render = (name, model = {}) => {
    const template = templates.get(name);
    if (!template) throw new Error(`There is no template "${name}" in ${directory}`);
    // A page that is handed on whole has it already.
    return template('include' in model ? model : { ...model, include });
  };
  return include;
}

function compile(path: string): ejs.TemplateFunction {
  const options = {
    filename: path,
    strict: true,
    _with: false,
    localsName: 'page',
    destructuredLocals: ['include'],
    // What it would guard against is inherited names inside `with`, which is off.
    unsafePrototypeLocals: true,
  };
  return ejs.compile(readFileSync(path, 'utf8'), options);
}
