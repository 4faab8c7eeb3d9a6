import type { LogtoMembership } from '../../demo/accounts.ts';
import type { Browser } from '../demo/browser.ts';
import type { Doorstep } from './doorstep.ts';

/** The organizations of demo/accounts.ts. */
export const ENGINES = 'anaengines37';
export const MATHEMATICIANS = 'lonmathsoc65';

export const member = (id: string, roles = ['member']): LogtoMembership => ({
  id,
  name: id === ENGINES ? 'Analytical Engines' : 'London Mathematical Society',
  description: null,
  roles,
});

/** A person of a test's own: registered at Logto with these rights, and signed in. */
export async function signedInWith(
  app: Doorstep,
  username: string,
  rights: { roles?: string[]; organizations?: LogtoMembership[] },
): Promise<{ browser: Browser; sub: string }> {
  const { sub } = app.logto.users.register(username);
  app.logto.users.update(sub, rights);
  const browser = await app.signedInBrowser({ as: username, via: 'username' });
  return { browser, sub };
}
