/**
 * What `/api/.well-known/sign-in-exp` says; the settings of Logto's look are left out. By user name or
 * Hugging Face, as the stand-in's page has it; the passwords that Logto would ask for are left out there.
 */
export function signInExperience(endpoint: string, isOAuth2: boolean) {
  return {
    tenantId: 'default',
    id: 'default',
    signIn: {
      methods: [
        {
          identifier: 'username',
          password: true,
          verificationCode: false,
          isPasswordPrimary: true,
        },
      ],
    },
    signUp: { identifiers: ['username'], password: true, verify: false },
    socialSignIn: { automaticAccountLinking: false, skipRequiredIdentifiers: true },
    socialSignInConnectorTargets: ['huggingface'],
    signInMode: 'SignInAndRegister',
    mfa: { factors: [], policy: 'UserControlled' },
    singleSignOnEnabled: false,
    passkeySignIn: {},
    socialConnectors: [
      {
        id: 'huggingface',
        target: 'huggingface',
        name: { en: 'Hugging Face' },
        logo: `${endpoint}/assets/favicon.svg`,
        logoDark: null,
        platform: 'Universal',
        ...(isOAuth2 && { isTokenStorageSupported: true }),
      },
    ],
    ssoConnectors: [],
    forgotPassword: { phone: false, email: false },
    isDevelopmentTenant: false,
  };
}

/** What `/api/.well-known/account-center` says of a new Logto: no account pages yet. */
export const accountCenter = () => ({
  tenantId: 'default',
  id: 'default',
  enabled: false,
  fields: {},
  webauthnRelatedOrigins: [],
  deleteAccountUrl: null,
  customCss: null,
  profileFields: null,
});

/** Changes to what one of these says. */
export type Settings = Record<string, unknown>;
