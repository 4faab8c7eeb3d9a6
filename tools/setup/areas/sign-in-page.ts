import { z } from 'zod';
import { TARGET } from '../connectors.ts';
import { succeed, take } from '../logto/management-api.ts';
import { type Area, added, type Context, changed, type Difference, type Finding } from './area.ts';
import type { ConnectorArea } from './connector.ts';

const experience = z.object({
  signInMode: z.string(),
  signIn: z.object({ methods: z.array(z.object({ identifier: z.string() })) }),
  signUp: z.object({
    identifiers: z.array(z.string()),
    password: z.boolean(),
    verify: z.boolean(),
    secondaryIdentifiers: z.array(z.unknown()).default([]),
  }),
  socialSignIn: z.object({ skipRequiredIdentifiers: z.boolean().default(false) }),
  socialSignInConnectorTargets: z.array(z.string()),
});

type Experience = z.infer<typeof experience>;

/** "Continue with Hugging Face" on Logto's sign-in page, beside what is there or alone. */
export function signInPageArea({ api, settings }: Context, connector: ConnectorArea): Area {
  /** Where the button was before its connector was replaced. */
  let position: number | null = null;
  const read = () => take('GET /api/sign-in-exp', experience, api.GET('/api/sign-in-exp'));

  return {
    async look(): Promise<Finding> {
      const now = await read();
      const targets = now.socialSignInConnectorTargets;
      const isOffered = targets.includes(TARGET);
      if (isOffered) position = targets.indexOf(TARGET);
      // Logto takes a target off the page with its connector.
      const willGo = isOffered && connector.isToBeReplaced();
      const restricts = settings.socialOnly && !isSocialOnly(now);
      const differences = [
        ...(isOffered && !willGo ? [] : [added('button', 'Continue with Hugging Face')]),
        ...(restricts ? restrictions(now) : []),
      ];
      return {
        title: 'Sign-in page',
        action: differences.length > 0 ? 'change' : 'keep',
        differences,
        notes: [
          ...(willGo ? ['The button goes with its connector, and is put back.'] : []),
          ...(settings.socialOnly ? [] : notesOf(now)),
        ],
        write:
          differences.length === 0
            ? null
            : () =>
                succeed(
                  'PATCH /api/sign-in-exp',
                  api.PATCH('/api/sign-in-exp', {
                    body: {
                      // Logto drops a target without a connector silently: the connector comes first.
                      socialSignInConnectorTargets: isOffered
                        ? targets
                        : withTarget(targets, position ?? targets.length),
                      ...(restricts && SOCIAL_ONLY),
                    },
                  }),
                ),
      };
    },
  };
}

const withTarget = (targets: string[], position: number): string[] => [
  ...targets.slice(0, position),
  TARGET,
  ...targets.slice(position),
];

/** Fields of a sign-in experience as Logto's documents have them for social sign-in only. */
const SOCIAL_ONLY: {
  signInMode: 'SignInAndRegister';
  signIn: { methods: [] };
  signUp: { identifiers: []; password: boolean; verify: boolean };
} = {
  signInMode: 'SignInAndRegister',
  signIn: { methods: [] },
  signUp: { identifiers: [], password: false, verify: false },
};

function isSocialOnly({ signInMode, signIn, signUp }: Experience): boolean {
  return (
    signInMode === SOCIAL_ONLY.signInMode &&
    signIn.methods.length === 0 &&
    signUp.identifiers.length === 0 &&
    signUp.secondaryIdentifiers.length === 0 &&
    !signUp.password &&
    !signUp.verify
  );
}

function restrictions({ signInMode, signIn, signUp }: Experience): Difference[] {
  const methods = signIn.methods.map(({ identifier }) => identifier);
  const asked = [...signUp.identifiers, ...(signUp.password ? ['password'] : [])];
  return [
    ...changed('sign-in by', listOf(methods), 'social only'),
    ...changed('sign-up asks for', listOf(asked), 'nothing'),
    ...changed('people may', wordsOf(signInMode), wordsOf(SOCIAL_ONLY.signInMode)),
  ];
}

function notesOf({ signInMode, signUp, socialSignIn }: Experience): string[] {
  const notes: string[] = [];
  if (signInMode === 'SignIn') {
    notes.push('Nobody new can come in: registration is off in Logto, and stays so.');
  }
  if (signUp.identifiers.length > 0 && !socialSignIn.skipRequiredIdentifiers) {
    notes.push(
      `Whoever comes from Hugging Face for the first time is also asked for: ${listOf(signUp.identifiers)}. With --social-only they are not.`,
    );
  }
  return notes;
}

function listOf(words: string[]): string {
  return words.join(', ') || 'nothing';
}

function wordsOf(mode: string): string {
  return (
    { SignIn: 'sign in', Register: 'register', SignInAndRegister: 'sign in and register' }[mode] ??
    mode
  );
}
