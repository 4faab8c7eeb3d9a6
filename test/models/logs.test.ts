import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ADA, type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { Loot } from '../harness/loot.ts';

const QUESTION = 'a-question-of-nobodys-business';
const loot = new Loot();
let app: Doorstep;
beforeAll(async () => {
  vi.stubGlobal('fetch', loot.fetch);
  app = await startDoorstep({ environment: { HF_ACCESS_TOKENS: 'true' } });
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await app.close();
});

it('S29 S78 no line holds question, answer or token, and no page or address the token, whatever fails', async () => {
  const seen: string[] = [];
  const browser = await app.signedInBrowser(ADA);
  loot.takeCookies(browser);
  const said = { error: { message: `You asked: ${QUESTION}`, code: 'strange' } };
  const faults: (() => void)[] = [
    () => {},
    ...[400, 401, 402, 403, 404, 422, 429, 500, 503].map(
      (status) => () => app.huggingFace.failNext('chat', { status, body: said }),
    ),
    () => app.huggingFace.failNext('chat', 'reset'),
    () => app.huggingFace.failNext('chat', 'garbage'),
    () => app.huggingFace.failNext('chat', 'lost'),
  ];
  for (const fail of faults) {
    fail();
    const page = await browser.post(`${app.url}/models`, { question: QUESTION });
    seen.push(page.body, JSON.stringify([...page.headers]));
  }
  seen.push(...browser.history.map(({ url }) => url));

  const lines = app.logs.map((line) => JSON.stringify(line));
  const ofModels = lines.filter((line) => line.includes('"model.'));
  expect(ofModels).toHaveLength(faults.length);
  const tokens = loot.all.filter((one) => one.startsWith('hf_'));
  expect(tokens.length).toBeGreaterThan(0);
  for (const secret of [...loot.all, QUESTION, 'stand-in for Hugging Face']) {
    expect(lines.filter((line) => line.includes(secret))).toEqual([]);
  }
  for (const token of tokens) expect(seen.filter((text) => text.includes(token))).toEqual([]);
});
