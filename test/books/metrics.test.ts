import { afterAll, beforeAll, expect, it } from 'vitest';
import { API, WHOLE_SITE } from '../harness/doorstep.ts';
import { type Measured, startMeasured } from '../metrics/measured.ts';

let app: Measured;
beforeAll(async () => {
  app = await startMeasured({ environment: WHOLE_SITE });
});
afterAll(() => app.close());

it.each([
  ['an answer', 'read:books', '200'],
  ['an error', '', '403'],
])('to the metrics, %s of the API has the whole route', async (_what, scope, status) => {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: app.logto.issuer, sub: 'ada', aud: API, iat, exp: iat + 60, scope };
  const token = await app.logto.mint(claims, { typ: 'at+jwt' });
  const count = async () =>
    (await app.metrics()).sum('doorstep_request_duration_seconds_count', {
      method: 'GET',
      route: '/api/books',
      status,
    });
  const before = await count();
  await fetch(`${app.url}/api/books`, { headers: { authorization: `Bearer ${token}` } });
  await expect.poll(count).toBe(before + 1);
});
