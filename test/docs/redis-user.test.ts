import { expect, it } from 'vitest';
import { read } from '../deploy/files.ts';
import { startDoorstep, WHOLE_SITE, WITH_WEBHOOK } from '../harness/doorstep.ts';
import { peopleAt } from '../harness/people.ts';
import { RedisFaults } from '../harness/redis-faults.ts';

it('F63 the user of docs/redis.md may have every key, those of webhooks and of Hugging Face too', async () => {
  const [line = ''] = /^user app .*$/m.exec(read('docs/redis.md')) ?? [];
  const patterns = [...line.matchAll(/ ~(\S+)/g)].map(([, pattern = '']) => pattern);
  const isAllowed = (key: string) =>
    patterns.some((one) => (one.endsWith('*') ? key.startsWith(one.slice(0, -1)) : key === one));
  const { wrap, asked } = new RedisFaults();
  const app = await startDoorstep({
    environment: {
      ...WHOLE_SITE,
      ...WITH_WEBHOOK,
      HF_ACCESS_TOKENS: 'true',
      HF_ALLOWED_ORGANIZATIONS: 'engines:65a1c0de00000000000a1837',
    },
    wrapRedis: wrap,
  });
  const sub = await peopleAt(app).claim(await app.signedInBrowser(), 'sub');
  expect((await app.logto.changeUser(sub, { name: 'Ada' }))?.status).toBe(204);
  expect((await app.logto.announce('Role.Deleted', { params: { id: 'x' } }))?.status).toBe(204);
  expect((await app.logto.suspend(sub))?.status).toBe(204);
  await app.close();
  const kinds = new Set(asked.map(({ key }) => key.replace(/:.*/, '')));
  for (const kind of ['used-webhook', 'user-changed', 'user-told', 'recheck-all', 'refresh'])
    expect(kinds).toContain(kind);
  expect(asked.map(({ key }) => key).filter((key) => !isAllowed(key))).toEqual([]);
});
