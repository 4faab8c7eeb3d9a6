import type { InventedAccount } from '../accounts.ts';
import { portraitOf } from './portraits.ts';

interface HuggingFaceOrganization {
  sub: string;
  name: string;
  preferred_username: string;
  picture?: string;
  isEnterprise: boolean;
  roleInOrg: string;
  pendingSSO?: boolean;
  missingMFA?: boolean;
}

/** Hugging Face's answer at /oauth/userinfo. What an account does not have is left out. */
export interface HuggingFaceUserInfo {
  sub: string;
  preferred_username?: string;
  name?: string;
  picture?: string;
  profile?: string;
  website?: string;
  email?: string;
  email_verified?: boolean;
  isPro?: boolean;
  orgs?: HuggingFaceOrganization[];
}

export function userInfoOf(
  account: InventedAccount,
  scopes: Set<string>,
  origin: string,
): HuggingFaceUserInfo {
  const info: HuggingFaceUserInfo = { sub: account.id };
  if (scopes.has('profile')) Object.assign(info, profileOf(account, origin));
  if (scopes.has('email') && account.email) {
    info.email = account.email;
    info.email_verified = true;
  }
  return info;
}

function profileOf(account: InventedAccount, origin: string): Omit<HuggingFaceUserInfo, 'sub'> {
  return {
    preferred_username: account.username,
    ...(account.name ? { name: account.name } : {}),
    ...(account.hasPicture ? { picture: pictureUrl(account.username, origin) } : {}),
    profile: `${origin}/${account.username}`,
    website: account.website ?? '',
    isPro: account.isPro,
    orgs: account.organizations.map(({ id, username, name, role }) => ({
      sub: id,
      name,
      preferred_username: username,
      ...(portraitOf(username) ? { picture: pictureUrl(username, origin) } : {}),
      isEnterprise: false,
      roleInOrg: role,
    })),
  };
}

export const pictureUrl = (username: string, origin: string): string =>
  `${origin}/avatars/${username}.svg`;
