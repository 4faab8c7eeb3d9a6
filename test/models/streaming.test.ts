import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Browser } from '../demo/browser.ts';
import { ADA, type Doorstep, OTTER, startDoorstep } from '../harness/doorstep.ts';
import { Chat, chunk, DONE, events, FORM, heldAnswer, openAnswer, readUntil } from './chat.ts';

const TIME_LIMIT_MS = 55_000;

describe('an answer as it comes', () => {
  const chat = new Chat();
  let app: Doorstep;
  let ada: Browser;
  beforeAll(async () => {
    vi.stubGlobal('fetch', chat.fetch);
    app = await startDoorstep({ environment: { HF_ACCESS_TOKENS: 'true' } });
    ada = await app.signedInBrowser(ADA);
  });
  beforeEach(() => {
    chat.answer = null;
    chat.asked.length = 0;
    app.logs.length = 0;
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(async () => {
    vi.unstubAllGlobals();
    await app.close();
  });

  const ask = () => ada.post(`${app.url}/models`, FORM);
  const answering = (body: string) => {
    chat.answer = () => events(body);
    return ask();
  };

  it('F93 is read while the model still writes, and no proxy is to hold it back', async () => {
    const held = heldAnswer();
    chat.answer = held.answer;
    const { response } = await openAnswer(app, ada);
    await held.arrival;
    held.say(chunk('Ada '));
    const incoming = await response;
    expect(incoming.statusCode).toBe(200);
    expect(incoming.headers).toMatchObject({
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'content-type': 'text/html; charset=utf-8',
    });
    const first = await readUntil(incoming, 'Ada ');
    expect(first).toContain('<title>Ask a model');
    held.say(chunk('Love<i>lace'));
    expect(await readUntil(incoming, 'Love')).toContain('Love&lt;i&gt;lace');
    held.say(DONE);
    held.end();
    expect((await readUntil(incoming, '</html>')).trimEnd().endsWith('</html>')).toBe(true);
    expect(app.logs).toContainEqual(
      expect.objectContaining({ event: 'model.answered', characters: 15 }),
    );
  });

  it('F93 ends at Hugging Face when its reader leaves, and the next question may come', async () => {
    const held = heldAnswer();
    chat.answer = held.answer;
    const { response, leave } = await openAnswer(app, ada);
    await held.arrival;
    held.say(chunk('Ada '));
    await readUntil(await response, 'Ada ');
    leave();
    await held.abortion;
    expect((await answering(chunk('Again') + DONE)).body).toContain('Again');
    expect(app.logs).toContainEqual(
      expect.objectContaining({ event: 'model.failed', reason: 'abandoned', level: 30 }),
    );
  });

  it('F92 is one at a time for a person: another question is not sent, one of another person is', async () => {
    const held = heldAnswer();
    chat.answer = held.answer;
    const { response } = await openAnswer(app, ada);
    await held.arrival;
    const second = await ask();
    expect(second.status).toBe(429);
    expect(second.body).toContain('Your last question is still being answered');
    expect(chat.asked).toHaveLength(1);
    chat.answer = null;
    const otter = await app.signedInBrowser(OTTER);
    expect((await otter.post(`${app.url}/models`, FORM)).status).toBe(403);
    held.say(chunk('Done') + DONE);
    await readUntil(await response, '</html>');
    expect((await ask()).status).toBe(200);
  });

  it('C2 a session that is ended while the model writes stays ended, and the answer comes to its end', async () => {
    const browser = await app.signedInBrowser(ADA);
    const held = heldAnswer();
    chat.answer = held.answer;
    const { response } = await openAnswer(app, browser);
    await held.arrival;
    held.say(chunk('Ada '));
    const incoming = await response;
    await readUntil(incoming, 'Ada ');
    await browser.get(app.url);
    await browser.post(`${app.url}/sign-out`, {}, { follow: false });
    held.say(chunk('Lovelace') + DONE);
    expect(await readUntil(incoming, '</html>')).toContain('Lovelace');
    const after = await browser.get(`${app.url}/models`, { follow: false });
    expect(after.status).toBe(303);
    expect(app.logs.filter(({ event }) => event === 'request.failed')).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['without its end', chunk('Ada'), /Ada<\/p>.*The answer breaks off/s],
    [
      'with an error in it',
      `${chunk('Ada')}data: {"error":{"message":"<b>no</b>"}}\n\n`,
      /Ada<\/p>.*The answer can’t be read/s,
    ],
    ['with something else in it', `${chunk('Ada')}data: 7\n\n`, /Ada<\/p>.*can’t be read/s],
    ['that is no JSON', `${chunk('Ada')}data: {"a\n\n`, /Ada<\/p>.*can’t be read/s],
    [
      'that the model had to end',
      chunk('Ada') + chunk(null, 'length'),
      /Ada<\/p>.*The answer is cut short/s,
    ],
    ['too long for the page', chunk('x'.repeat(16_001)) + DONE, />x{16000}<\/p>.*is cut short/s],
  ])('F93 an answer %s is shown with what is wrong', async (_what, body, seen) => {
    const page = await answering(body);
    expect(page.status).toBe(200);
    expect(page.body).toMatch(seen);
    expect(page.body).not.toContain('<b>no');
    expect(page.body.trimEnd().endsWith('</html>')).toBe(true);
    expect(app.logs.filter(({ event }) => event === 'model.failed')).toHaveLength(1);
  });

  it('F93 a connection that is cut in an answer is said', async () => {
    const held = heldAnswer();
    chat.answer = held.answer;
    const { response } = await openAnswer(app, ada);
    await held.arrival;
    held.say(chunk('Ada '));
    const incoming = await response;
    await readUntil(incoming, 'Ada ');
    held.cut();
    expect(await readUntil(incoming, '</html>')).toContain('We can’t reach Hugging Face');
  });

  it.each([
    ['of nothing', DONE],
    ['of blanks', chunk(' \n') + chunk('\u202e') + DONE],
    ['of no choices', 'data: {"choices":[]}\n\n'.repeat(3) + DONE],
  ])('F91 an answer %s: the model said nothing', async (_what, body) => {
    const page = await answering(body);
    expect(page.status).toBe(502);
    expect(page.body).toContain('The model said nothing');
  });

  it('S77 a line without end is not kept in memory', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 100_000;
        controller.enqueue(new Uint8Array(100_000).fill(120));
      },
    });
    chat.answer = () => events(endless);
    const page = await ask();
    expect(page.status).toBe(502);
    expect(page.body).toContain('The answer is cut short');
    expect(sent).toBeLessThan(3_000_000);
  });

  it('S77 an answer has a time limit, whatever comes of it', async () => {
    const real = setTimeout;
    let timeIsUp = () => {};
    const watched = (act: () => void, ms?: number, ...more: []) => {
      if (ms === TIME_LIMIT_MS) timeIsUp = act;
      return real(act, ms, ...more);
    };
    vi.stubGlobal('setTimeout', Object.assign(watched, real));
    const held = heldAnswer();
    chat.answer = held.answer;
    const { response } = await openAnswer(app, ada);
    await held.arrival;
    vi.stubGlobal('setTimeout', real);
    held.say(chunk('Ada '));
    const incoming = await response;
    await readUntil(incoming, 'Ada ');
    timeIsUp();
    expect(await readUntil(incoming, '</html>')).toContain('The model took too long');
    await held.abortion;
  });

  it('S78 the token is in one header of one call, and the call follows no redirect', async () => {
    chat.answer = () => events(chunk('Ada') + DONE);
    await ask();
    const [call] = chat.asked;
    expect(chat.asked).toHaveLength(1);
    expect(call?.url).toBe(`${app.huggingFace.url}/v1/chat/completions`);
    expect(call?.authorization).toMatch(/^Bearer hf_oauth_/);
    expect(call?.body).not.toContain('hf_');
    chat.answer = null;
    const elsewhere = { location: `${app.url}/elsewhere` };
    app.huggingFace.failNext('chat', { status: 307, headers: elsewhere });
    const page = await ask();
    expect(page.status).toBe(503);
    expect(page.body).toContain('We can’t reach Hugging Face right now');
  });
});
