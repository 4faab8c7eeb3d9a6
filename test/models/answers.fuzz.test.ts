import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AnswerText } from '../../src/models/answer-text.ts';
import type { Browser } from '../demo/browser.ts';
import { ADA, type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { fuzzRuns } from '../harness/fuzz.ts';
import { text } from '../harness/hostile.ts';
import { Chat, chunk, DONE, FORM } from './chat.ts';

const MAX_CHARACTERS = 16_000;
/** The page around it, and five characters for one. */
const MAX_PAGE_BYTES = 120_000;

const piece = fc.oneof(
  { weight: 6, arbitrary: text },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `e${'\u0301'.repeat(3000)}`,
      '\n'.repeat(3000),
      '\r',
      '\r\n',
      '\ud83d',
      '\ude00',
      '\u2066',
      '<'.repeat(9000),
      '</p></main></html>',
    ),
  },
);
const pieces = fc.array(piece, { maxLength: 12 });

const shown = (parts: string[]) => {
  const answer = new AnswerText();
  return parts.map((part) => answer.add(part)).join('');
};
const plain = (html: string) => html.replace(/&(?:amp|lt|gt|#34|#39|quot);/g, '.');

describe('S79 what a model writes', () => {
  it('is text and nothing else, bounded, whatever its pieces are', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const html = shown(parts);
        expect(html).not.toMatch(/[<>"']|[^\P{Cc}\n\t]|\p{Bidi_Control}|\p{Surrogate}/u);
        expect(html).not.toMatch(/\p{M}{5}|\n{4}/u);
        expect([...plain(html)].length).toBeLessThanOrEqual(MAX_CHARACTERS);
      }),
      { numRuns: fuzzRuns },
    );
  });

  it('is the same wherever its pieces end', () => {
    fc.assert(
      fc.property(piece, fc.nat(3000), (whole, at) => {
        expect(shown([whole.slice(0, at), whole.slice(at)])).toBe(shown([whole]));
      }),
      { numRuns: fuzzRuns },
    );
  });

  describe('on its page', () => {
    const chat = new Chat();
    let app: Doorstep;
    let ada: Browser;
    beforeAll(async () => {
      vi.stubGlobal('fetch', chat.fetch);
      app = await startDoorstep({ environment: { HF_ACCESS_TOKENS: 'true' } });
      ada = await app.signedInBrowser(ADA);
    });
    afterAll(async () => {
      vi.unstubAllGlobals();
      await app.close();
    });

    const event = fc.oneof(
      { weight: 4, arbitrary: piece.map((content) => chunk(content)) },
      {
        weight: 1,
        arbitrary: fc.oneof(
          text.map((raw) => `data: ${raw}\n\n`),
          text.map((raw) => `${raw}\n`),
          fc.jsonValue().map((value) => `data: ${JSON.stringify(value)}\n\n`),
          fc.jsonValue().map((value) => `data: ${JSON.stringify({ choices: value })}\n\n`),
          text.map((message) => `data: ${JSON.stringify({ error: { message } })}\n\n`),
        ),
      },
    );

    it('whatever is sent in its place: a whole page in words, and nothing unexpected', async () => {
      const run = async (parts: string[], status: number, isDone: boolean) => {
        chat.answer = () =>
          new Response(parts.join('') + (isDone ? DONE : ''), {
            status,
            headers: { 'content-type': 'text/event-stream' },
          });
        const page = await ada.post(`${app.url}/models`, FORM);
        expect([200, 402, 403, 429, 502, 503, 504]).toContain(page.status);
        expect(page.body.trimEnd().endsWith('</html>')).toBe(true);
        expect(page.body.match(/<\/html>/g)).toHaveLength(1);
        expect(page.body).not.toMatch(/<script>|<img src=x|<\/p><\/main><\/html>/);
        expect(Buffer.byteLength(page.body)).toBeLessThan(MAX_PAGE_BYTES);
        expect(app.logs.filter(({ event }) => event === 'request.failed')).toEqual([]);
      };
      await fc.assert(
        fc.asyncProperty(
          fc.array(event, { maxLength: 8 }),
          fc.oneof({ weight: 5, arbitrary: fc.constant(200) }, fc.integer({ min: 201, max: 599 })),
          fc.boolean(),
          async (parts, status, isDone) => {
            if ([204, 205, 304].includes(status)) return;
            await run(parts, status, isDone);
          },
        ),
        { numRuns: Math.ceil(fuzzRuns / 4) },
      );
    });
  });
});
