import ejs from 'ejs';
import { type Person, signedInPage, signedOutPage, TEMPLATES } from './page.ts';
import { VIEWS } from './settings.ts';

/** Doorstep's templates for frameworks without Express's `render`; EJS compiles each once. */
const options = { ...TEMPLATES, cache: true, views: [VIEWS] };

/** @returns the home page, as HTML. */
export function homePage(person: Person | undefined): Promise<string> {
  return person
    ? ejs.renderFile(`${VIEWS}/home-signed-in.ejs`, signedInPage(person), options)
    : ejs.renderFile(`${VIEWS}/home.ejs`, signedOutPage, options);
}
