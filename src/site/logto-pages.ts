import { z } from 'zod';
import type { SignedIn, UserInfo } from '../doorstep/index.ts';
import { Published, type PublishedOptions } from './published.ts';
import type { AccountPage, HomeSignedOut } from './view-models.ts';

const TARGET = 'huggingface';
/** One click reaches Hugging Face: Logto skips its own page. */
export const HUGGING_FACE_SIGN_IN = `/sign-in?direct_sign_in=social:${TARGET}`;

const Switch = z.object({ enabled: z.boolean().default(false) });

/** Of `/api/.well-known/sign-in-exp`, what decides what a person can do there. */
const SignInExperience = z.object({
  signInMode: z.string(),
  signIn: z.object({ methods: z.array(z.object({ identifier: z.string() })) }),
  signUp: z.object({ identifiers: z.array(z.string()) }),
  socialConnectors: z.array(z.object({ target: z.string() })),
  ssoConnectors: z.array(z.unknown()).default([]),
  singleSignOnEnabled: z.boolean().default(false),
  // Younger than the rest: an older Logto has none of them.
  passkeySignIn: Switch.nullish(),
  mfa: z.object({ factors: z.array(z.string()) }).nullish(),
  forgotPassword: z.object({ email: z.boolean() }).nullish(),
});
type SignInExperience = z.infer<typeof SignInExperience>;

/** Of `/api/.well-known/account-center`. A field that is missing is Off. */
const AccountCenter = z.object({
  enabled: z.boolean(),
  fields: z.record(z.string(), z.string()),
});

export interface LogtoPages {
  /** What the home page offers. The same object until Logto was asked again. */
  home(): HomeSignedOut;
  /** Where at Logto this person can do something; none while that is not known. */
  account(auth: SignedIn, info: UserInfo | null): AccountPage['accountCenter'];
  /** Asks Logto now. It never rejects. */
  refresh(): Promise<void>;
}

interface LogtoPagesOptions extends Pick<PublishedOptions<never>, 'fetch' | 'logger' | 'now'> {
  config: { logto: { endpoint: string; accountCenter: boolean; timeoutMs: number } };
}

/** What Logto's own pages can do for people, as it tells everybody: nothing else is linked to (C51, C52). */
export function createLogtoPages({ config, ...deps }: LogtoPagesOptions): LogtoPages {
  const { endpoint, accountCenter, timeoutMs } = config.logto;
  const at = (name: string) => ({
    ...deps,
    timeoutMs,
    url: `${endpoint}/api/.well-known/${name}`,
  });
  const schema = SignInExperience.transform((found) => ({ found, home: homeOf(found) }));
  const signIn = new Published({ ...at('sign-in-exp'), schema });
  const center = accountCenter
    ? new Published({ ...at('account-center'), schema: AccountCenter })
    : null;
  return {
    home: () => signIn.current?.home ?? HUGGING_FACE_ONLY,
    account(auth, info) {
      const found = center?.current;
      if (!found?.enabled || Object.values(found.fields).every((field) => field === 'Off')) {
        return [];
      }
      return accountLinks(endpoint, found.fields, proofOf(auth, info, signIn.current?.found));
    },
    refresh: async () => {
      await Promise.all([signIn.refresh(), center?.refresh()]);
    },
  };
}

/** Safe whatever Logto is set to: its own page shows instead where it can't go straight on. */
const HUGGING_FACE_ONLY: HomeSignedOut = {
  huggingFaceHref: HUGGING_FACE_SIGN_IN,
  otherWaysHref: null,
  signUpHref: null,
  workEmailAction: null,
};

function homeOf(found: SignInExperience): HomeSignedOut {
  const { signInMode, signIn, signUp, socialConnectors, ssoConnectors, passkeySignIn } = found;
  const hasOtherSocial = socialConnectors.some(({ target }) => target !== TARGET);
  const hasSso = found.singleSignOnEnabled && ssoConnectors.length > 0;
  const hasMethods = signIn.methods.length > 0 || hasSso || passkeySignIn?.enabled === true;
  const takesEmail = signIn.methods.some(({ identifier }) => identifier === 'email') || hasSso;
  const maySignIn = signInMode !== 'Register';
  const mayRegister = signInMode !== 'SignIn';
  return {
    ...HUGGING_FACE_ONLY,
    otherWaysHref: maySignIn && (hasMethods || hasOtherSocial) ? '/sign-in' : null,
    signUpHref:
      mayRegister && (signUp.identifiers.length > 0 || hasOtherSocial) ? '/sign-up' : null,
    workEmailAction: maySignIn && takesEmail ? '/sign-in' : null,
  };
}

interface Proof {
  /** The person can prove who they are, as nearly every change at Logto wants it. */
  isThere: boolean;
  factors: readonly string[];
}

/**
 * A password, an e-mail address or a phone number; Hugging Face is none. Whoever has no linked identity
 * signs in by one of them. Of others an e-mail address is known, and is one where Logto can write to it.
 */
function proofOf(
  auth: SignedIn,
  info: UserInfo | null,
  found: SignInExperience | undefined,
): Proof {
  const hasOwn = info !== null && Object.keys(info.identities ?? {}).length === 0;
  const hasEmail = typeof auth.claims.email === 'string' && found?.forgotPassword?.email === true;
  return { isThere: hasOwn || hasEmail, factors: found?.mfa?.factors ?? [] };
}

/** As measured at Logto 1.43: what its pages answer with "No verification methods available" is left out. */
function accountLinks(endpoint: string, fields: Record<string, string>, proof: Proof) {
  const shows = (name: string) => ['ReadOnly', 'Edit'].includes(fields[name] ?? 'Off');
  const edits = (name: string) => fields[name] === 'Edit';
  // A first password needs no proof, where Logto may look at the two others.
  const mayHavePassword =
    edits('password') && (proof.isThere || (shows('email') && shows('phone')));
  const mayEdit = proof.isThere && Object.keys(fields).some(edits);
  const hasFactor = (name: string) => proof.isThere && edits('mfa') && proof.factors.includes(name);
  const link = (
    isShown: boolean,
    name: AccountPage['accountCenter'][number]['name'],
    path: string,
  ) => (isShown ? [{ name, href: `${endpoint}/account${path}` }] : []);
  return [
    ...link(true, mayEdit || mayHavePassword ? 'edit' : 'see', ''),
    ...link(mayHavePassword, 'password', '/password'),
    ...link(hasFactor('WebAuthn'), 'passkeys', '/passkey/manage'),
    ...link(hasFactor('Totp'), 'authenticator', '/authenticator-app'),
  ];
}
