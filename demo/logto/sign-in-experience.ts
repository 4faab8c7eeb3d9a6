/** What `/api/.well-known/sign-in-exp` says; the settings of Logto's look are left out. */
export function signInExperience(endpoint: string, isOAuth2: boolean) {
  return {
    tenantId: 'default',
    id: 'default',
    signIn: { methods: [] },
    signUp: { identifiers: [], password: false, verify: false },
    socialSignIn: { automaticAccountLinking: false },
    socialSignInConnectorTargets: ['huggingface'],
    signInMode: 'SignInAndRegister',
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
