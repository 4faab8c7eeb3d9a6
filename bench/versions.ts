import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const PACKAGES = [
  'express',
  'express-session',
  'connect-redis',
  '@logto/express',
  'express-openid-connect',
  'passport',
  'openid-client',
  'better-auth',
  'fastify',
  '@fastify/session',
  '@fastify/secure-session',
  'hono',
  '@hono/node-server',
  '@hono/session',
  'iron-session',
  'ioredis',
  'ejs',
];

/** What was measured. The contenders' packages are those of bench/; Doorstep's are its own. */
export function versionsOf(node: string): Record<string, string> {
  const first = (command: string) =>
    execFileSync(command, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
  const versions: Record<string, string> = {
    node: first(node),
    redis: /v=([\d.]+)/.exec(first('redis-server'))?.[1] ?? '',
  };
  for (const name of PACKAGES) {
    const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
    const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'));
    versions[name] = version;
  }
  return versions;
}
