import { z } from 'zod';
import type { Check } from '../checkup.ts';
import { ask, parseAs, statusOf } from '../http.ts';
import { error, type Finding, goOn, ok, stop, warning } from '../outcome.ts';
import type { Logto } from './discovery.ts';
import type { Management } from './management.ts';

const Experience = z.object({
  signInMode: z.string(),
  signUp: z.object({ identifiers: z.array(z.string()) }).optional(),
  socialSignIn: z
    .object({
      automaticAccountLinking: z.boolean().optional(),
      skipRequiredIdentifiers: z.boolean().optional(),
    })
    .optional(),
  socialConnectors: z.array(
    z.object({
      id: z.string(),
      target: z.string(),
      isTokenStorageSupported: z.boolean().optional(),
    }),
  ),
});
const Connectors = z.array(z.object({ target: z.string() }));

export interface SignInPage {
  /** Of the Hugging Face connector. */
  connectorId: string;
  /** The connector is of a kind that can keep Hugging Face's access tokens. */
  canKeepTokens: boolean;
  /** Logto links accounts of the same e-mail without asking. */
  linksByItself: boolean;
}

const TARGET = 'huggingface';

/** Logto's sign-in page offers Hugging Face, to newcomers too. */
export const signInPage: Check<[Logto, Management | null], SignInPage> = {
  name: 'Sign-in page',
  async run([{ config }, management], world) {
    const answer = await ask(world, `${config.logto.endpoint}/api/.well-known/sign-in-exp`);
    const experience = parseAs(Experience, answer);
    if (!experience) {
      return stop(
        error(
          `Logto does not say what its sign-in page offers (${statusOf(answer)})`,
          'Let the proxy in front of Logto pass on /api too.',
        ),
      );
    }
    const connector = experience.socialConnectors.find(({ target }) => target === TARGET);
    if (!connector) {
      return stop(error('does not offer Hugging Face', await howToOffer(management)));
    }
    const page = {
      connectorId: connector.id,
      canKeepTokens: connector.isTokenStorageSupported ?? false,
      linksByItself: experience.socialSignIn?.automaticAccountLinking ?? false,
    };
    const findings = [...modeOf(experience), ...askedOfNewcomers(experience)];
    return goOn(page, ...(findings.length > 0 ? findings : [ok('offers Hugging Face')]));
  },
};

function modeOf({ signInMode }: z.infer<typeof Experience>): Finding[] {
  if (signInMode === 'SignInAndRegister') return [];
  return [
    warning(
      `offers Hugging Face, but ${signInMode === 'SignIn' ? 'nobody new can come in' : 'only newcomers can come in'}`,
      'Allow both in Logto Console > Sign-in & account, unless it is meant so.',
    ),
  ];
}

function askedOfNewcomers(experience: z.infer<typeof Experience>): Finding[] {
  const { signInMode, signUp, socialSignIn } = experience;
  const identifiers = signUp?.identifiers ?? [];
  const isSkipped = socialSignIn?.skipRequiredIdentifiers ?? false;
  if (identifiers.length === 0 || isSkipped || signInMode === 'SignIn') return [];
  return [
    warning(
      `whoever comes from Hugging Face for the first time is also asked for: ${identifiers.join(', ')}`,
      'Let sign-up ask for nothing in Logto Console > Sign-in & account, or run npm run logto:setup -- --social-only; unless it is meant so.',
    ),
  ];
}

async function howToOffer(management: Management | null): Promise<string> {
  const create = 'Create the connector in Logto Console > Connectors > Social connectors';
  const add = 'add it to the social sign-in in Logto Console > Sign-in & account';
  const connectors = await management?.read('/api/connectors', Connectors);
  if (connectors?.some(({ target }) => target === TARGET)) {
    return `The connector is there: ${add}; or run npm run logto:setup.`;
  }
  const unless = connectors ? '' : ', unless it is there';
  return `${create}${unless}, then ${add}; or run npm run logto:setup.`;
}
