import { expect, it } from 'vitest';
import { startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { hasRedisServer } from '../harness/redis-server.ts';

it.skipIf(!hasRedisServer)(
  'a page of books makes 3 Redis commands: session, tokens, books',
  async () => {
    const whole = await startDoorstep({ environment: WHOLE_SITE });
    const browser = await whole.signedInBrowser();
    const count = (path: string) =>
      whole.redisServer?.countCommands(() => browser.get(whole.url + path));
    await browser.get(`${whole.url}/books`);
    expect(await count('/books')).toBe(3);
    expect(await count('/')).toBe(1);
    whole.logto.resetCalls();
    await browser.get(`${whole.url}/books`);
    expect(Object.values(whole.logto.calls).reduce((sum, calls) => sum + calls)).toBe(0);
    await whole.close();
  },
);
