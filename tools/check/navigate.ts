import { once } from 'node:events';
import { type IncomingMessage, get as plain } from 'node:http';
import { get as secure } from 'node:https';
import { text } from 'node:stream/consumers';

/**
 * A GET as from the address bar. fetch can't: it always says `Sec-Fetch-Mode: cors`, and what is
 * for navigations only refuses that (C8).
 */
export async function navigate(url: string, signal: AbortSignal): Promise<Response> {
  const get = url.startsWith('https:') ? secure : plain;
  const request = get(url, {
    signal,
    headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  });
  const [answer]: IncomingMessage[] = await once(request, 'response', { signal });
  if (!answer) throw new Error('no response');
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return new Response(await text(answer), { status: answer.statusCode ?? 0, headers });
}
