import {
  AUTHORIZATION_URI,
  answering,
  authorizationUri,
  type Case,
  changing,
  EXPERIENCE,
} from '../between.ts';
import { json } from '../real-logto.ts';

export const HUGGING_FACE_CASES: Case[] = [
  {
    is: 'a sign-in page without Hugging Face, though the connector is there',
    between: changing(EXPERIENCE, (body) => ({ ...body, socialConnectors: [] })),
    says: ['Sign-in page', 'error', /does not offer Hugging Face/, /^The connector is there/],
  },
  {
    is: 'a Logto without the Hugging Face connector',
    between: async (url, init, pass) =>
      url.pathname === '/api/connectors'
        ? json([])
        : changing(EXPERIENCE, (body) => ({ ...body, socialConnectors: [] }))(url, init, pass),
    says: ['Sign-in page', 'error', /does not offer Hugging Face/, /^Create the connector/],
  },
  {
    is: 'a sign-in page without registration',
    between: changing(EXPERIENCE, (body) => ({ ...body, signInMode: 'SignIn' })),
    says: ['Sign-in page', 'warning', /nobody new can come in/, /Allow both/],
  },
  {
    is: 'C36 a sign-up that asks for a user name',
    between: changing(EXPERIENCE, (body) => ({
      ...body,
      signUp: { identifiers: ['username'], password: true, verify: false },
      socialSignIn: { automaticAccountLinking: false },
    })),
    says: ['Sign-in page', 'warning', /also asked for: username$/, /--social-only/],
  },
  {
    is: 'a connector that is broken',
    between: answering(AUTHORIZATION_URI, () => json({ code: 'connector.invalid_config' }, 400)),
    says: ['Direct sign-in', 'error', /400 connector.invalid_config/, /Connectors/],
  },
  {
    is: 'a connector with the credentials of another Hugging Face app',
    environment: { HF_CLIENT_ID: 'hf-client-id-1111' },
    says: [
      'Direct sign-in',
      'error',
      /hf-client-id-0000 .*HF_CLIENT_ID is hf-client-id-1111/,
      /both/,
    ],
  },
  {
    is: 'a connector that leads elsewhere',
    between: authorizationUri((uri) => uri.replace('huggingface.co', 'huggingface.example')),
    says: ['Direct sign-in', 'error', /leads to https:\/\/huggingface.example/, /Hugging Face/],
  },
  {
    is: 'a connector that comes back elsewhere',
    between: authorizationUri((uri) => uri.replace('%2Fhuggingface', '%2Fx7ca1')),
    says: [
      'Direct sign-in',
      'error',
      /come back to .*\/callback\/x7ca1/,
      /\/callback\/huggingface/,
    ],
  },
  {
    is: 'a connector that asks for the e-mail address',
    between: authorizationUri((uri) => uri.replace('scope=profile', 'scope=openid+profile+email')),
    says: ['Connector scope', 'warning', /unverified address is offered/, /Take email out/],
  },
  {
    is: 'a connector with e-mail, and accounts linked without asking',
    between: async (url, init, pass) =>
      url.pathname === EXPERIENCE
        ? changing(EXPERIENCE, (body) => ({
            ...body,
            socialSignIn: { automaticAccountLinking: true, skipRequiredIdentifiers: true },
          }))(url, init, pass)
        : authorizationUri((uri) => uri.replace('scope=profile', 'scope=email'))(url, init, pass),
    says: ['Connector scope', 'error', /takes over an account/, /switch the linking off/],
  },
  {
    is: 'F84 credentials that Hugging Face does not take',
    between: answering('/oauth/token', () => json({ error: 'invalid_client' }, 401)),
    says: ['Hugging Face app', 'error', /does not take HF_CLIENT_ID/, /Copy both/],
  },
  {
    is: 'F84 a Hugging Face that does not tell',
    between: answering('/oauth/token', () => new Response('busy', { status: 503 })),
    says: ['Hugging Face app', 'warning', /does not say/, /Try it/],
  },
];
