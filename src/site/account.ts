import type { Response } from 'express';
import {
  type GuardedRequest,
  handleFrom,
  LogtoRefused,
  LogtoUnavailable,
  type SignedIn,
  signedInSession,
  type UserInfo,
  webAddress,
} from '../doorstep/index.ts';
import { claimRows } from './claims.ts';
import type { PageDeps } from './feature.ts';
import { avatarOf } from './format.ts';
import { sessionTimes } from './session-times.ts';
import type { AccountPage, LinkedIdentity } from './view-models.ts';

/** GET /account, behind requireSignIn: everything this site knows about the person. */
export function accountPage({ config, now, send }: PageDeps) {
  return async (req: GuardedRequest, res: Response): Promise<void> => {
    const { auth } = req;
    const info = await userInfoIfReachable(auth);
    const found = config.logto.organizations ? await auth.fetchOrganizations(info) : null;
    const model: AccountPage = {
      avatar: avatarOf(auth),
      profile: profile(auth, info),
      identities: info && linkedIdentities(info),
      times: sessionTimes(signedInSession(req), config, now()),
      organizations: found?.organizations ?? null,
      claims: claimRows(auth.claims),
      accountCenter: config.logto.accountCenter ? accountCenter(config.logto.endpoint) : [],
    };
    // It holds an e-mail address, which proxies such as Cloudflare's would rewrite (RFC 9111 section 5.2.2.6).
    res.set('Cache-Control', 'no-store, no-transform');
    send(req, res, 'account', model, { title: 'Account' });
  };
}

/** With Logto unreachable, signed-in people keep their page: it shows what the session holds. */
async function userInfoIfReachable(auth: SignedIn): Promise<UserInfo | null> {
  try {
    return await auth.fetchUserInfo();
  } catch (error) {
    // Refused (too many requests, say) is no reason to take the page away either.
    if (error instanceof LogtoUnavailable || error instanceof LogtoRefused) return null;
    throw error;
  }
}

function profile(auth: SignedIn, info: UserInfo | null): AccountPage['profile'] {
  const huggingFace = info ? handleFrom(info) : auth.huggingFace;
  const username = huggingFace?.username ?? auth.username;
  return [
    { label: 'Name', value: auth.name, href: null },
    {
      label: 'Username',
      value: username && `@${username}`,
      href: huggingFace?.profile ?? null,
    },
    { label: 'E-mail', value: auth.claims.email ?? null, href: null },
    ...(auth.roles.length > 0
      ? [
          {
            label: auth.roles.length > 1 ? 'Roles' : 'Role',
            value: auth.roles.join(', '),
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
