import type { RequestHandler } from 'express';
import { type SignedInRequest, signedIn } from '../auth/guards.ts';
import { fetchUserInfo, type UserInfo } from '../auth/user-info.ts';
import { LogtoRefused, LogtoUnavailable } from '../errors.ts';
import type { SignedInUser } from '../session/session.ts';
import { claimRows } from './claims.ts';
import { avatarOf, webAddress } from './format.ts';
import type { PageDeps } from './pages.ts';
import { sessionTimes } from './session-times.ts';
import type { AccountPage, LinkedIdentity } from './view-models.ts';

/** GET /account, behind requireSignIn: everything this site knows about the person. */
export function accountPage(deps: PageDeps): RequestHandler {
  const { config, now, send } = deps;
  return async (req, res, next) => {
    const target = signedIn(req);
    if (!target) return next();
    const { user } = target;
    const info = await userInfoIfReachable(deps, target);
    if (info) rememberHuggingFace(user, info);
    const model: AccountPage = {
      avatar: avatarOf(user),
      profile: profile(user, req.user?.claims?.email ?? null),
      identities: info && linkedIdentities(info),
      times: sessionTimes(user, config, now()),
      claims: claimRows(req.user?.claims ?? {}),
      accountCenterHref: config.logto.accountCenter ? `${config.logto.endpoint}/account` : null,
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

/** Only userinfo has the handle; kept in the session, so that the home page can show it without a call. */
function rememberHuggingFace(user: SignedInUser, info: UserInfo): void {
  const raw = info.identities?.huggingface?.details?.rawData;
  if (raw)
    user.huggingFace = { username: raw.preferred_username ?? null, profile: raw.profile ?? null };
}

function profile(user: SignedInUser, email: string | null): AccountPage['profile'] {
  const { huggingFace } = user;
  const username = huggingFace?.username ?? user.username;
  return [
    { label: 'Name', value: user.name, href: null },
    {
      label: 'Username',
      value: username && `@${username}`,
      href: webAddress(huggingFace?.profile),
    },
    { label: 'E-mail', value: email, href: null },
  ];
}

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
