import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAILURES, type ModelFailure } from '../../src/models/failures.ts';
import { en } from '../../src/site/languages/en.ts';
import type { Browser } from '../demo/browser.ts';
import { ADA, type Doorstep, OTTER, startDoorstep } from '../harness/doorstep.ts';
import { FORM } from './chat.ts';

const CONNECT = 'Connect Hugging Face again';
const ANSWER = 'This is the stand-in for Hugging Face';
const WITH_TOKENS = { HF_ACCESS_TOKENS: 'true' };

const headings = (body: string) =>
  [...body.matchAll(/<h[12][^>]*>([^<]*)</g)].map(([, one]) => one);

describe('Ask a model', () => {
  let app: Doorstep;
  let ada: Browser;
  beforeAll(async () => {
    app = await startDoorstep({ environment: WITH_TOKENS });
    ada = await app.signedInBrowser(ADA);
  });
  beforeEach(() => app.huggingFace.resetCalls());
  afterEach(() => {
    app.huggingFace.heal();
    app.logto.heal();
    app.logs.length = 0;
  });
  afterAll(() => app.close());

  const ask = (browser: Browser, form: Record<string, string> = FORM) =>
    browser.post(`${app.url}/models`, form);

  it('F90 asks the model of HF_MODEL, and shows question and answer', async () => {
    const form = await ada.get(`${app.url}/models`);
    expect(form.body).toContain('<code>meta-llama/Llama-3.1-8B-Instruct</code>');
    expect(form.body).toContain('<a href="/models" aria-current="page">Models</a>');
    expect(app.huggingFace.calls.chat).toBe(0);

    const page = await ask(ada, { question: '<b>Who</b> wrote\nthe first program?' });
    expect(page.status).toBe(200);
    expect(headings(page.body)).toEqual([
      'Ask a model',
      'You asked',
      'The answer',
      'Ask something else',
    ]);
    expect(page.body).toContain('&lt;b&gt;Who&lt;/b&gt; wrote\nthe first program?');
    expect(page.body).toContain(ANSWER);
    expect(page.body.trimEnd().endsWith('</html>')).toBe(true);
    expect(app.huggingFace.calls.chat).toBe(1);
  });

  it('F90 is not there without HF_ACCESS_TOKENS', async () => {
    const without = await startDoorstep();
    const browser = await without.signedInBrowser(ADA);
    expect(browser.page?.body).not.toContain('/models');
    expect((await browser.get(`${without.url}/models`)).status).toBe(404);
    expect((await browser.post(`${without.url}/models`, FORM)).status).toBe(404);
    await without.close();
  });

  it.each<[string, ModelFailure, { status: number; body?: object }]>([
    ['that no longer takes the token', 'not_accepted', { status: 401 }],
    ['that asks for credits', 'out_of_credits', { status: 402 }],
    ['that gives no permission', 'not_permitted', { status: 403 }],
    ['without the model', 'model_gone', { status: 404 }],
    ['where the model was', 'model_gone', { status: 410 }],
    [
      'that knows no such model',
      'model_gone',
      { status: 400, body: { error: { message: 'The model is …', code: 'model_not_found' } } },
    ],
    ['that refuses the question', 'refused', { status: 422, body: { error: 'too long' } }],
    ['that is asked too fast', 'too_fast', { status: 429 }],
    ['that breaks', 'overloaded', { status: 500, body: { error: {} } }],
    ['that is overloaded', 'overloaded', { status: 503 }],
    ['that answers with a page', 'unreadable', { status: 200, body: { hello: 'you' } }],
  ])('F91 a Hugging Face %s: %s, in words', async (_what, reason, fault) => {
    app.huggingFace.failNext('chat', fault);
    const page = await ask(ada);
    const { status, way } = FAILURES[reason];
    const { heading, happened } = en.messages.models.failures[reason];
    expect(page.status).toBe(status);
    expect(headings(page.body)).toEqual(['Ask a model', heading, 'Your question']);
    expect(page.body).toContain(happened);
    // What was typed is still there.
    expect(page.body).toContain(`>\n${FORM.question}</textarea>`);
    expect(page.body.includes(`>${CONNECT}</a>`)).toBe(way === 'connect');
    expect(page.body.includes(`"${app.huggingFace.url}/settings/billing"`)).toBe(way === 'billing');
    // Once: the library alone would try a 503 without end.
    expect(app.huggingFace.calls.chat).toBe(1);
    const lines = app.logs.filter(({ event }) => event === 'model.failed');
    expect(lines).toEqual([
      expect.objectContaining({ level: 40, reason, httpStatus: fault.status }),
    ]);
    expect((await ada.get(`${app.url}/models`)).status).toBe(200);
  });

  it.each<['reset' | 'garbage', ModelFailure]>([
    ['reset', 'unreachable'],
    ['garbage', 'unreadable'],
  ])('F91 a connection with %s: %s', async (fault, reason) => {
    app.huggingFace.failNext('chat', fault);
    const page = await ask(ada);
    expect(page.status).toBe(FAILURES[reason].status);
    expect(headings(page.body)).toContain(en.messages.models.failures[reason].heading);
  });

  it.each([
    ['30', '30'],
    ['86400', '3600'],
    ['Wed, 21 Oct 2026 07:28:00 GMT', null],
  ])('F91 passes on when to come again: Retry-After %s', async (said, passedOn) => {
    app.huggingFace.failNext('chat', { status: 429, headers: { 'retry-after': said } });
    expect((await ask(ada)).headers.get('retry-after')).toBe(passedOn);
  });

  it('F91 somebody who gave no permission is told how to give it', async () => {
    const otter = await app.signedInBrowser(OTTER);
    await otter.get(`${app.url}/models`);
    const page = await otter.post(`${app.url}/models`, FORM, {
      headers: { referer: `${app.url}/models` },
    });
    expect(page.status).toBe(403);
    expect(headings(page.body)).toContain('You gave no permission to run models');
    const way =
      '/sign-in?return_to=%2Fmodels&amp;direct_sign_in=social:huggingface&amp;prompt=login';
    expect(page.body).toContain(`href="${way}"`);
  });

  it('F91 without a token, the kit’s page leads to Hugging Face and back; nothing was asked', async () => {
    const browser = await app.signedInBrowser({ as: 'grace', via: 'username' });
    const page = await browser.post(`${app.url}/models`, FORM, {
      headers: { referer: `${app.url}/models` },
    });
    expect(page.status).toBe(403);
    expect(headings(page.body)[0]).toBe(CONNECT);
    expect(page.body).toContain('/sign-in?return_to=%2Fmodels&amp;');
    expect(app.huggingFace.calls.chat).toBe(0);
  });

  it.each([
    ['nothing', {}, 422, 'The question must be given'],
    ['blanks', { question: ' \n ' }, 422, 'The question must not be empty'],
    ['4,001 characters', { question: 'x'.repeat(4001) }, 422, 'must be at most 4000 characters'],
    ['65 kB', { question: 'x'.repeat(65_537) }, 413, 'body is too large'],
  ])('F92 %s is no question, and asks nobody', async (_what, form, status, said) => {
    const page = await ask(ada, { ...form });
    expect(page.status).toBe(status);
    expect(page.body).toContain(said);
    expect(app.huggingFace.calls.chat).toBe(0);
  });

  it('F92 4,000 characters of the widest are one', async () => {
    expect((await ask(ada, { question: '界'.repeat(4000) })).status).toBe(200);
  });

  it('F92 a line break is one character, as in the browser’s own count', async () => {
    expect((await ask(ada, { question: `${'x\r\n'.repeat(1999)}yz` })).status).toBe(200);
  });

  it('F92 two questions in one form are none', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: app.url };
    const cookie = ada.cookies.header(new URL(app.url));
    const body = 'question=a&question=b';
    const answer = await fetch(`${app.url}/models`, {
      method: 'POST',
      headers: { ...headers, cookie },
      body,
    });
    expect(answer.status).toBe(422);
  });

  it('S76 only a person’s own form asks: visitors go to sign in, other sites get 403', async () => {
    const visitor = app.browser();
    await visitor.get(app.url);
    const sent = await visitor.post(`${app.url}/models`, FORM, { follow: false });
    expect(sent.status).toBe(303);
    expect(sent.headers.get('location')).toMatch(/^\/sign-in\?/);
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const page = await ada.post(`${app.url}/models`, FORM, { headers: foreign });
    expect(page.status).toBe(403);
    expect(app.huggingFace.calls.chat).toBe(0);
  });

  it('F90 the form costs one Redis command', async () => {
    const count = await app.redisServer?.countCommands(() => ada.get(`${app.url}/models`));
    expect(count ?? 1).toBe(1);
  });
});
