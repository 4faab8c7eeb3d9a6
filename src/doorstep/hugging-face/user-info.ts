import { HuggingFaceUnavailable } from '../errors.ts';
import { type HuggingFaceProfile, UserInfoAnswer } from './profile.ts';

/** Some hundred bytes for each organization: thousands fit. */
const MAX_BYTES = 1024 * 1024;

/**
 * Asks Hugging Face who a token is of (OpenID Connect Core section 5.3).
 *
 * @returns null when it does not take the token.
 * @throws {HuggingFaceUnavailable} for no answer, a late one, or one of another form.
 */
export async function askHuggingFace(
  {
    endpoint,
    fetch,
    timeoutMs,
  }: { endpoint: string; fetch: typeof globalThis.fetch; timeoutMs: number },
  token: string,
): Promise<HuggingFaceProfile | null> {
  const { status, body } = await ask(fetch, `${endpoint}/oauth/userinfo`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (status === 401 || status === 403) return null;
  if (status !== 200) throw new HuggingFaceUnavailable(`Hugging Face answered ${status}`);
  const profile = UserInfoAnswer.safeParse(parse(body)).data;
  // Not even as a cause: it would quote what it read.
  if (!profile) throw new HuggingFaceUnavailable('Hugging Face’s userinfo has another form');
  return profile;
}

async function ask(fetch: typeof globalThis.fetch, url: string, init: RequestInit) {
  try {
    const response = await fetch(url, init);
    return { status: response.status, body: await readText(response) };
  } catch (cause) {
    throw new HuggingFaceUnavailable('Hugging Face could not be reached in time', { cause });
  }
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error(`Longer than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
