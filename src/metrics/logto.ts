import { Histogram, type Registry } from 'prom-client';

/** Seconds; LOGTO_TIMEOUT_SECONDS is 5 unless set. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** By the end of the address, which is the same at every Logto. */
const CALLS: [end: string, call: string][] = [
  ['/.well-known/openid-configuration', 'discovery'],
  ['/oidc/jwks', 'jwks'],
  ['/oidc/me', 'userinfo'],
  ['/oidc/token/revocation', 'revocation'],
  ['/identities/huggingface/access-token', 'hugging_face_token'],
];
const GRANTS = new Map([
  ['authorization_code', 'code'],
  ['refresh_token', 'refresh'],
]);

/** Calls to Logto, until their answer begins. An address, a code or a token is never a label (S29). */
export function measureLogto(fetch: typeof globalThis.fetch, registry: Registry): typeof fetch {
  const seconds = new Histogram({
    name: 'doorstep_logto_call_duration_seconds',
    help: 'Calls to Logto, from asking until the answer begins.',
    labelNames: ['call', 'outcome'],
    buckets: BUCKETS,
    registers: [registry],
  });
  return async (input, init) => {
    const askedAt = performance.now();
    let outcome = 'unavailable';
    try {
      const answer = await fetch(input, init);
      outcome = outcomeOf(answer.status);
      return answer;
    } finally {
      const call = callOf(input instanceof Request ? input.url : String(input), init?.body);
      seconds.observe({ call, outcome }, (performance.now() - askedAt) / 1000);
    }
  };
}

/** As the app takes them: an OAuth error says no; too late, too many and anything above is no answer. */
function outcomeOf(status: number): string {
  if (status >= 500 || [408, 425, 429].includes(status)) return 'unavailable';
  return status >= 400 ? 'refused' : 'ok';
}

function callOf(address: string, body: unknown): string {
  if (address.endsWith('/oidc/token')) {
    const grant = new URLSearchParams(typeof body === 'string' ? body : '').get('grant_type');
    return GRANTS.get(grant ?? '') ?? 'other';
  }
  return CALLS.find(([end]) => address.endsWith(end))?.[1] ?? 'other';
}
