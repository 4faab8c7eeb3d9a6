import type { AccountClaims } from 'oidc-provider';
import type { LogtoUser } from './users.ts';

/** Which claims a scope asks for; the standard ones that Logto never fills in are listed all the same. */
export const claimsByScope: Record<string, string[]> = {
  openid: ['sub'],
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
    'username',
    'created_at',
  ],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
  address: ['address'],
  custom_data: ['custom_data'],
  identities: ['identities', 'sso_identities'],
  roles: ['roles'],
  'urn:logto:scope:organizations': ['organizations', 'organization_data'],
  'urn:logto:scope:organization_roles': ['organization_roles'],
  'urn:logto:scope:sessions': [],
};

/** What Logto knows of a user, in the words of the ID token; `null` is said, not left out. */
export function claimsOf(user: LogtoUser, use: string): AccountClaims {
  return {
    sub: user.sub,
    name: user.name,
    picture: user.avatar,
    // Milliseconds, against OpenID Connect Core 5.1, as Logto has it.
    updated_at: user.updatedAt,
    username: user.username,
    created_at: user.createdAt,
    email: user.email,
    // "There is an e-mail": nobody asked whether it was verified.
    email_verified: user.email !== null,
    phone_number: null,
    phone_number_verified: false,
    roles: user.roles,
    organizations: user.organizations.map(({ id }) => id),
    organization_roles: user.organizations.flatMap(({ id, roles }) =>
      roles.map((role) => `${id}:${role}`),
    ),
    ...(use === 'userinfo' ? userinfoOnly(user) : {}),
  };
}

function userinfoOnly(user: LogtoUser): Record<string, unknown> {
  return {
    identities: user.identities,
    sso_identities: [],
    custom_data: user.customData,
    organization_data: user.organizations.map(({ id, name, description }) => ({
      id,
      name,
      description,
    })),
  };
}
