import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';

export type Render = (name: string, model: object) => string;

/**
 * Compiles every template under `directory` once, includes too: EJS would look each include up on
 * the disk again at every render. In a template the model is `page`, and nothing else is in scope.
 *
 * @throws when a template does not compile, so a mistake shows at start-up, not to a visitor.
 */
export function compileViews(directory: string): Render {
  const templates = new Map<string, ejs.ClientFunction>();
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ejs')) continue;
    const path = join(directory, file);
    const template = ejs.compile(readFileSync(path, 'utf8'), {
      client: true,
      strict: true,
      _with: false,
      localsName: 'page',
      filename: path,
    });
    templates.set(file.slice(0, -'.ejs'.length), template);
  }

  const render: Render = (name, model) => {
    const template = templates.get(name);
    if (!template) throw new Error(`There is no template "${name}" in ${directory}`);
    return template(model, undefined, (included, data) => render(included, data ?? {}));
  };
  return render;
}
