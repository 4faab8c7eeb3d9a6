/**
 * The example that the optional parts of a set-up are made for: a shelf of books behind an API, and
 * organizations that keep one. Change it here, and nowhere else, when your app is about something else.
 */

export interface Scope {
  name: string;
  description: string;
}

export interface Role extends Scope {
  scopes: string[];
}

/** Made when API_RESOURCE names the API's identifier. */
export const api = {
  name: 'Books',
  scopes: [
    { name: 'read:books', description: 'See the books' },
    { name: 'write:books', description: 'Add and change books' },
  ],
  role: {
    name: 'editor',
    description: 'May read and write books',
    scopes: ['read:books', 'write:books'],
  },
  /** For everybody who comes in from now on. Only with --default-role. */
  defaultRole: { name: 'reader', description: 'May read books', scopes: ['read:books'] },
};

/** Made with LOGTO_ORGANIZATIONS=true. */
export const organizations = {
  scopes: [
    { name: 'read:members', description: 'See who is in the organization' },
    { name: 'manage:members', description: 'Invite and remove members' },
  ],
  roles: [
    {
      name: 'admin',
      description: 'Runs the organization',
      scopes: ['read:members', 'manage:members'],
    },
    { name: 'member', description: 'Belongs to the organization', scopes: ['read:members'] },
  ],
};
