import type { Response } from 'express';
import { type GuardedRequest, person, type SignedInRequest } from '../doorstep/access/guards.ts';
import { organizationsIn } from '../doorstep/access/organizations.ts';
import { fetchUserInfo, handleFrom, type UserInfo } from '../doorstep/access/user-info.ts';
import { LogtoRefused, LogtoUnavailable } from '../doorstep/errors.ts';
import { webAddress } from '../doorstep/http/web-url.ts';
import type { SignedInUser } from '../doorstep/session/session.ts';
import { claimRows } from './claims.ts';
import { avatarOf } from './format.ts';
import type { PageDeps } from './pages.ts';
import { sessionTimes } from './session-times.ts';
import type { AccountPage, LinkedIdentity } from './view-models.ts';

/** GET /account, behind requireSignIn: everything this site knows about the person. */
export function accountPage(deps: PageDeps) {
  const { config, now, send } = deps;
  return async (req: GuardedRequest, res: Response): Promise<void> => {
    const target = person(req);
    const { user } = target;
    const info = await userInfoIfReachable(deps, target);
    const model: AccountPage = {
      avatar: avatarOf(user),
      profile: profile(user, info, req.user.claims.email ?? null),
      identities: info && linkedIdentities(info),
      times: sessionTimes(user, config, now()),
      organizations: config.logto.organizations
        ? await organizationsIn(deps, target, info ?? {})
        : null,
      claims: claimRows(req.user.claims),
      accountCenter: config.logto.accountCenter ? accountCenter(config.logto.endpoint) : [],
    };
    send(req, res, 'account', model, { title: 'Account' });
  };
}

/** With Logto out of reach, signed-in people keep their page: it shows what the session holds. */
async function userInfoIfReachable(
  deps: PageDeps,
  target: SignedInRequest,
): Promise<UserInfo | null> {
  try {
    return await fetchUserInfo(deps, target);
  } catch (error) {
    // Refused (too many requests, say) is no reason to take the page away either.
    if (error instanceof LogtoUnavailable || error instanceof LogtoRefused) return null;
    throw error;
  }
}

function profile(
  user: SignedInUser,
  info: UserInfo | null,
  email: string | null,
): AccountPage['profile'] {
  const huggingFace = info ? handleFrom(info) : user.huggingFace;
  const username = huggingFace?.username ?? user.username;
  return [
    { label: 'Name', value: user.name, href: null },
    {
      label: 'Username',
      value: username && `@${username}`,
      href: huggingFace?.profile ?? null,
    },
    { label: 'E-mail', value: email, href: null },
    ...(user.roles.length > 0
      ? [
          {
            label: user.roles.length > 1 ? 'Roles' : 'Role',
            value: user.roles.join(', '),
            href: null,
          },
        ]
      : []),
  ];
}

/** Where people see to their passkeys and linked accounts themselves: Logto's, not ours. */
const accountCenter = (endpoint: string) => [
  { label: 'Edit at Logto', href: `${endpoint}/account` },
  { label: 'Passkeys', href: `${endpoint}/account/passkey/manage` },
  { label: 'Authenticator app', href: `${endpoint}/account/authenticator-app` },
];

function linkedIdentities(info: UserInfo): LinkedIdentity[] {
  return Object.entries(info.identities ?? {}).map(([target, { userId, details }]) => {
    const raw = details?.rawData;
    const href = webAddress(raw?.profile);
    const organizations = (raw?.orgs ?? []).map(({ name, preferred_username }) => ({
      name: name ?? preferred_username ?? 'Unnamed',
      href:
        href && preferred_username
          ? new URL(`/${encodeURIComponent(preferred_username)}`, href).href
          : null,
    }));
    const known = raw?.preferred_username ? `@${raw.preferred_username}` : userId;
    return {
      title: target === 'huggingface' ? 'Hugging Face' : target,
      handle: href?.replace(/^https?:\/\//, '') ?? known,
      href,
      organizations,
    };
  });
}
