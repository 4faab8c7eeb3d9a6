import express from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { EmbeddedRedis } from '../../../demo/redis.ts';
import { profileAtSignIn } from '../../../src/doorstep/access/profile-at-sign-in.ts';
import { parseKitConfig } from '../../../src/doorstep/config/config.ts';
import { Sealer } from '../../../src/doorstep/crypto/sealer.ts';
import { createLogger } from '../../../src/doorstep/logger.ts';
import { createLogto } from '../../../src/doorstep/logto/client.ts';
import { ActiveSession } from '../../../src/doorstep/session/session.ts';
import { Sessions } from '../../../src/doorstep/session/sessions.ts';
import { startStandIns } from '../../harness/stand-ins.ts';

it('S89 with userinfo hanging, those who come after all that wait for it leave no line in the log', async () => {
  const standIns = await startStandIns('http://localhost:1');
  const config = parseKitConfig(standIns.environment, { redisIsGiven: true });
  const lines: string[] = [];
  const sealer = new Sealer(config.session.secrets);
  const learn = profileAtSignIn({
    logto: createLogto({ config, fetch: () => new Promise(() => {}), now: Date.now }),
    sessions: new Sessions({ config, redis: new EmbeddedRedis(), sealer, now: Date.now }),
    logger: createLogger('debug', { write: (line) => void lines.push(line) }),
    now: Date.now,
  });
  const accessTokens = JSON.stringify({ '@': { token: 't', expiresAt: Date.now() } });
  const tokens = { refreshToken: 'r', accessTokens, refreshedAt: Date.now() };
  const times = { signedInAt: 0, endsAt: 0, checkedAt: 0 };
  const device = { name: 'Chrome on macOS', kind: 'laptop' } as const;
  const user = { iss: 'i', sub: 's', sid: null, name: 'Ada', username: null, picture: null };
  const record = {
    user: { ...user, ...times, device, email: null, roles: [], organizations: [] },
    idToken: 'x',
    data: {},
  };
  const app = express().get('/', (req, res) => {
    for (let n = 0; n < 250; n += 1) learn(tokens)(new ActiveSession(req, String(n), record));
    res.end();
  });
  await request(app).get('/');
  expect(lines).toEqual([]);
  await standIns.close();
});
