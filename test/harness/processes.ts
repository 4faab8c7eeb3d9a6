import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { CLIENT, type Doorstep, SESSION_SECRET } from './doorstep.ts';
import { freePort } from './free-port.ts';
import { type Child, runScript } from './process.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A process of src/main.ts, ready, that shares secret, Redis, Logto and address with a Doorstep. */
export interface AppProcess {
  port: number;
  child: Child;
  /** A GET as from a page of the site, over a connection that is kept. */
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Ends the process at once, if it still runs. */
  close(): Promise<void>;
}

export async function startProcess(
  app: Doorstep,
  environment: Record<string, string> = {},
): Promise<AppProcess> {
  const port = await freePort();
  const child = runScript('src/main.ts', {
    NODE_ENV: 'test',
    PORT: String(port),
    BASE_URL: app.url,
    SESSION_SECRET,
    REDIS_URL: app.redisServer?.url ?? '',
    LOGTO_ENDPOINT: app.logto.endpoint,
    LOGTO_APP_ID: CLIENT.id,
    LOGTO_APP_SECRET: CLIENT.secret,
    ...environment,
  });
  await child.says(/"event":"started"/);
  const agent = new Agent({ keepAlive: true });
  const { host } = new URL(app.url);

  const get: AppProcess['get'] = (path, headers = {}) =>
    new Promise((resolve, reject) => {
      const sent = { host, accept: 'text/html', ...headers };
      const options = { host: 'localhost', port, path, agent, headers: sent };
      const outgoing = request(options, async (incoming) => {
        const chunks = await incoming.toArray().catch(reject);
        if (!chunks) return;
        const body = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
      });
      outgoing.on('error', reject);
      outgoing.end();
    });

  // After 2 s it listens without Redis: whoever asks then gets a 503.
  while ((await get('/readyz')).status !== 200) await pause(20);
  return {
    port,
    child,
    get,
    async close() {
      agent.destroy();
      child.process.kill('SIGKILL');
      await child.ended;
    },
  };
}
