/**
 * A script that calls the API as itself: a machine-to-machine application of Logto, with a role that has
 * the permissions. What may be asked, <API_URL>/openapi.json says.
 *
 *   LOGTO_ENDPOINT=… CLIENT_ID=… CLIENT_SECRET=… API_RESOURCE=… API_URL=http://localhost:3000/api \
 *     npx tsx examples/api-client/main.ts
 */
const {
  LOGTO_ENDPOINT,
  CLIENT_ID = '',
  CLIENT_SECRET = '',
  API_RESOURCE = '',
  API_URL,
} = process.env;

/** RFC 6749 section 4.4, RFC 8707. It lives for an hour: keep it, and ask again shortly before. */
async function accessToken(scope: string): Promise<string> {
  const credentials = [CLIENT_ID, CLIENT_SECRET].map(encodeURIComponent).join(':');
  const answer = await fetch(`${LOGTO_ENDPOINT}/oidc/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: API_RESOURCE, scope }),
  });
  if (!answer.ok) throw new Error(`Logto gives no token: ${answer.status} ${await answer.text()}`);
  const { access_token } = await answer.json();
  return access_token;
}

const token = await accessToken('read:books write:books');

async function call(path: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${API_URL}${path}`, { ...init, headers });
  // Problem JSON: `detail` says what happened and what to do.
  if (!answer.ok) throw new Error(`${answer.status} ${(await answer.json()).detail}`);
  return answer.json();
}

const book = { title: 'Physical Geography', author: 'Mary Somerville' };
const { id } = await call('/books', { method: 'POST', body: JSON.stringify(book) });
const { books } = await call('/books');
process.stdout.write(`Added ${id}. There are now ${books.length}.\n`);
