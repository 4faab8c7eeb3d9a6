import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Browser } from '../demo/browser.ts';
import type { Doorstep } from '../harness/doorstep.ts';

type Answer = (signal: AbortSignal) => Response | Promise<Response>;

/** A fetch under which a test says what the model answers; all other calls go to where they lead. */
export class Chat {
  /** null: the stand-in answers. */
  answer: Answer | null = null;
  /** What was sent to it. */
  readonly asked: { url: string; authorization: string | null; body: string }[] = [];
  readonly #direct = fetch;

  readonly fetch: typeof fetch = (input, init) => {
    const url = String(input);
    if (!url.endsWith('/v1/chat/completions')) return this.#direct(input, init);
    const authorization = new Headers(init?.headers).get('authorization');
    this.asked.push({ url, authorization, body: String(init?.body) });
    if (!this.answer || !init?.signal) return this.#direct(input, init);
    return Promise.resolve(this.answer(init.signal));
  };
}

export const FORM = { question: 'Who wrote the first program?' };

/** A chunk of an answer, as the OpenAI API sends it. */
export const chunk = (content: string | null, finish_reason: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason }] })}\n\n`;
export const DONE = `${chunk(null, 'stop')}data: [DONE]\n\n`;

export const events = (body: string | ReadableStream<Uint8Array>): Response =>
  new Response(body, { headers: { 'content-type': 'text/event-stream' } });

/** An answer that comes when the test says so, and that ends with the call as a real one does. */
export function heldAnswer() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let arrived = () => {};
  let aborted = () => {};
  const bytes = (text: string) => new TextEncoder().encode(text);
  return {
    /** The model was asked. */
    arrival: new Promise<void>((resolve) => {
      arrived = resolve;
    }),
    /** The call was ended from our side. */
    abortion: new Promise<void>((resolve) => {
      aborted = resolve;
    }),
    answer: (signal: AbortSignal) => {
      const body = new ReadableStream<Uint8Array>({
        start: (started) => {
          controller = started;
        },
      });
      signal.addEventListener('abort', () => {
        aborted();
        controller?.error(signal.reason);
      });
      arrived();
      return events(body);
    },
    say: (text: string) => controller?.enqueue(bytes(text)),
    cut: () => controller?.error(new TypeError('terminated')),
    end: () => controller?.close(),
  };
}

/** POST /models with a browser's cookies; its answer can be read while it comes. */
export async function openAnswer({ url }: Doorstep, { cookies }: Browser, form = FORM) {
  const at = new URL('/models', url);
  const headers = {
    cookie: cookies.header(at),
    origin: url,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const outgoing: ClientRequest = request(at, { method: 'POST', agent: false, headers });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
  });
  outgoing.end(new URLSearchParams(form).toString());
  return {
    response,
    leave: () => {
      response.catch(() => {});
      outgoing.destroy();
    },
  };
}

/** Reads on until `text` is there. @returns all that was read by then. */
export async function readUntil(incoming: IncomingMessage, text: string): Promise<string> {
  let read = '';
  for await (const part of incoming.iterator({ destroyOnReturn: false })) {
    read += String(part);
    if (read.includes(text)) break;
  }
  return read;
}
