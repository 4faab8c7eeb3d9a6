import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ejs from 'ejs';

export type Render = (name: string, model: object) => string;

/**
 * Compiles the pages in `directory` once; partials when first included, then kept. In a template
 * the model is `page`, and nothing else is in scope.
 *
 * @throws when a page does not compile, so a mistake shows at start-up, not to a visitor.
 */
export function compileViews(directory: string): Render {
  const templates = new Map<string, ejs.TemplateFunction>();
  for (const file of readdirSync(directory)) {
    if (!file.endsWith('.ejs')) continue;
    const path = join(directory, file);
    const template = ejs.compile(readFileSync(path, 'utf8'), {
      filename: path,
      views: [directory],
      cache: true,
      strict: true,
      _with: false,
      localsName: 'page',
    });
    templates.set(basename(file, '.ejs'), template);
  }
  return (name, model) => {
    const template = templates.get(name);
    if (!template) throw new Error(`There is no template "${name}" in ${directory}`);
    return template({ ...model });
  };
}
