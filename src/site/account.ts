import type { Response } from 'express';
import {
  type GuardedRequest,
  LogtoError,
  type SignedIn,
  signedInSession,
  type UserInfo,
  webAddress,
} from '../doorstep/index.ts';
import { claimRows } from './claims.ts';
import type { PageDeps } from './feature.ts';
import {
  avatarOf,
  firstCharacter,
  MAX_LISTED,
  MAX_TEXT_CHARACTERS,
  pathPart,
  short,
} from './format.ts';
import type { Language } from './languages/languages.ts';
import type { Messages } from './languages/translation.ts';
import { organizationRow } from './organization-row.ts';
import { sessionTimes } from './session-times.ts';
import type { AccountPage, LinkedIdentity } from './view-models.ts';

/** GET /account, behind requireSignIn: everything this site knows about the person. */
export function accountPage({ config, now, send, logtoPages, languages }: PageDeps) {
  return async (req: GuardedRequest, res: Response): Promise<void> => {
    const { auth } = req;
    const language = languages.of(req);
    const { t } = language;
    const info = await userInfoIfReachable(auth);
    const found = config.logto.organizations ? await auth.fetchOrganizations(info) : null;
    const model: AccountPage = {
      avatar: avatarOf(auth),
      profile: profile(language, auth),
      isFromHuggingFace: auth.huggingFace.username !== null,
      identities: info && linkedIdentities(t, info),
      times: sessionTimes(signedInSession(req), config, now(), language),
      organizations:
        found?.organizations.slice(0, MAX_LISTED).map((one) => organizationRow(t, one)) ?? null,
      moreOrganizations: Math.max(0, (found?.organizations.length ?? 0) - MAX_LISTED),
      claims: claimRows(language, auth.claims),
      accountCenter: logtoPages.account(auth, info),
    };
    // It holds an e-mail address, which proxies such as Cloudflare's would rewrite (RFC 9111 section 5.2.2.6).
    res.set('Cache-Control', 'no-store, no-transform');
    send(req, res, 'account', model, { title: ({ account }) => account.title, showsTimes: true });
  };
}

/** With Logto unreachable, signed-in people keep their page: it shows what the session holds. */
async function userInfoIfReachable(auth: SignedIn): Promise<UserInfo | null> {
  try {
    return await auth.fetchUserInfo();
  } catch (error) {
    // Refused (too many requests, say) is no reason to take the page away either.
    if (error instanceof LogtoError) return null;
    throw error;
  }
}

/** Once userinfo was asked, the principal knows what it says. */
function profile({ t, list }: Language, auth: SignedIn): AccountPage['profile'] {
  const { huggingFace } = auth;
  const username = huggingFace.username ?? auth.username;
  return [
    { label: t.account.name, value: auth.name && short(auth.name), href: null },
    {
      label: huggingFace.username ? t.account.firstUsername : t.account.username,
      value: username && short(`@${username}`),
      href: huggingFace.profileUrl,
    },
    { label: t.account.email, value: email(auth.claims.email), href: null },
    ...(auth.roles.length > 0
      ? [
          {
            label: auth.roles.length > 1 ? t.account.roles : t.account.role,
            value: short(list(auth.roles), MAX_TEXT_CHARACTERS),
            href: null,
          },
        ]
      : []),
  ];
}

/** A claim is whatever Logto was told to send. */
const email = (claim: unknown) => (typeof claim === 'string' ? short(claim, MAX_EMAIL) : null);

/** RFC 5321 section 4.5.3.1.3, characters. */
const MAX_EMAIL = 254;

/** Of an organization at Hugging Face, characters: far more than they have. */
const MAX_HANDLE = 128;

/** What Logto keeps of the account that a person signed in with; it dates from the first sign-in. */
function linkedIdentities(t: Messages, info: UserInfo): LinkedIdentity[] {
  const identities = Object.entries(info.identities ?? {}).slice(0, MAX_LISTED);
  return identities.map(([target, { userId, details }]) => {
    const raw = details?.rawData;
    const href = webAddress(raw?.profile);
    const organizations = (raw?.orgs ?? [])
      .slice(0, MAX_LISTED)
      .map(({ name, preferred_username: handle }) => {
        const shown = short(name ?? '') || short(handle ?? '') || t.common.unnamed;
        const isLinked = href && handle && handle.length <= MAX_HANDLE;
        return {
          name: shown,
          href: isLinked ? new URL(`/${pathPart(handle)}`, href).href : null,
        };
      });
    const known = raw?.preferred_username ? `@${raw.preferred_username}` : userId;
    const title = target === 'huggingface' ? 'Hugging Face' : short(target) || t.common.unnamed;
    return {
      title,
      initial: firstCharacter(title),
      handle: short(href?.replace(/^https?:\/\//, '') ?? known),
      href,
      organizations,
    };
  });
}
