import { type Environment, NEW_SECRET } from './fields.ts';
import { redisCrossFieldChecks } from './redis-address.ts';

/** Mistakes that need two variables to see. They are looked for even when other variables are wrong. */
export function crossFieldChecks(env: Environment): string[] {
  const problems = redisCrossFieldChecks(env);
  if (env.NODE_ENV === 'production') {
    if (!env.BASE_URL)
      problems.push(
        'BASE_URL is missing: in production it must be given, for example https://app.example.com',
      );
    if (!env.REDIS_URL)
      problems.push(
        'REDIS_URL is missing: in production sessions need a Redis, for example redis://redis:6379',
      );
    if (!env.SESSION_SECRET)
      problems.push(`SESSION_SECRET is missing: in production it must be given; ${NEW_SECRET}`);
  }
  // Behind TLS termination without a named proxy, no request would ever look secure and the
  // session cookie would silently never be set (C23).
  if (env.BASE_URL?.startsWith('https:') && !env.TRUST_PROXY) {
    problems.push(
      'TRUST_PROXY is missing: BASE_URL is https, so name the proxy in front that ends TLS, for example loopback or 10.0.0.0/8',
    );
  }
  if (env.METRICS_PORT && Number(env.METRICS_PORT) === Number(env.PORT ?? 3000)) {
    problems.push(
      'METRICS_PORT is the same as PORT: metrics have a port of their own, for example 9464',
    );
  }
  const idleHours = Number(env.SESSION_IDLE_MINUTES ?? 2880) / 60;
  const maxHours = Number(env.SESSION_MAX_HOURS ?? 336);
  if (idleHours > maxHours) {
    problems.push(
      'SESSION_IDLE_MINUTES is longer than SESSION_MAX_HOURS: a session would never be idle for that long; lower the first or raise the second',
    );
  }
  return problems;
}
