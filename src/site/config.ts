import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  crossCheck,
  documentation,
  type Environment,
  flag,
  type KitConfig,
  kitChecks,
  kitConfig,
  kitVariables,
  NEW_SECRET,
  oneOf,
  origin,
  proxies,
  readEnvironment,
  text,
  wholeNumber,
} from '../doorstep/index.ts';

/** Everything the site can be told from outside: what the kit can be told, and its own. */
export interface Config extends KitConfig {
  appName: string;
  production: boolean;
  /** Where the process listens. */
  host: string;
  port: number;
  /** Where Prometheus asks; null: nothing is measured. */
  metricsHost: string;
  metricsPort: number | null;
  /** After a signal to end: /readyz says 503 this long before the process stops listening. */
  shutdownDelayMs: number;
  /** Express's `trust proxy`: addresses whose forwarded headers count. */
  trustProxy: string[];
  logLevel: string;
  /** And whether Logto's own account pages are switched on. */
  logto: KitConfig['logto'] & { accountCenter: boolean };
  /** And whether the secret was made for this run, since none was given. */
  session: KitConfig['session'] & { secretIsTemporary: boolean };
  /** The model that people may ask, and the origin where it runs. */
  models: { name: string; endpoint: string };
  /** What the operator should know, though the site can run: a line each. */
  warnings: string[];
  /** https://huggingface.co shows a page with a link in the frame that it puts a Space into. */
  spaceFrame: boolean;
  /**
   * Logto and Hugging Face are the local stand-ins; 'shared': where anybody may come by. Set by demo/,
   * never by the environment.
   */
  demo: boolean | 'shared';
}

/** What the kit always needs, the site can do without in development. */
function relaxed<S extends z.ZodType>(schema: S, described: string) {
  const optional = z.optional(schema);
  documentation.add(optional, {
    about: '',
    example: '',
    ...documentation.get(schema),
    default: described,
  });
  return optional;
}

const listenAddress = text().regex(
  /^[\w.:%-]+$/,
  'must be a name or an address without brackets, for example 127.0.0.1',
);

/** One, or with a custom domain a list of which the first is the Space's own, as Gradio takes it too. */
const spaceHost = text().regex(
  /^[a-z\d-]{1,63}(\.[a-z\d-]{1,63})+(\s*,\s*[a-z\d-]{1,63}(\.[a-z\d-]{1,63})+)*$/i,
  'must be a host name and nothing else, as Hugging Face sets it in a Space, for example owner-name.hf.space',
);

/** Kubernetes sets this one for a Service named "metrics"; nobody meant the site. */
const SERVICE_LINK = /^(tcp|udp|sctp):\/\//;

/** All variables, each declared once. What the kit always needs, the site can do without in development. */
export const siteVariables = {
  ...kitVariables,
  LOGTO_ACCOUNT_CENTER: flag.default(false).register(documentation, {
    about:
      "Shows links to what Logto's own account pages can do for a person. true once you have switched on the account centre there.",
    example: 'true',
  }),
  HF_MODEL: text()
    .regex(
      /^[\w.-]{1,96}\/[\w.-]{1,96}(:[\w-]{1,40})?$/,
      'must be a model as owner/name, for example Qwen/Qwen3-32B',
    )
    .default('meta-llama/Llama-3.1-8B-Instruct')
    .register(documentation, {
      about:
        'The model that people may ask, as owner/name or owner/name:provider. With HF_ACCESS_TOKENS=true there is a page for it (docs/models.md).',
      example: 'Qwen/Qwen3-32B',
    }),
  HF_INFERENCE_ENDPOINT: origin('https://router.huggingface.co')
    .default('https://router.huggingface.co')
    .register(documentation, {
      about:
        "Where Hugging Face runs models: another address is for a proxy, a stand-in or an endpoint of one's own. It is sent people's tokens.",
      example: 'https://models.example.com',
    }),
  // Express reads the variable too, so it is taken exactly as it stands.
  NODE_ENV: oneOf(['development', 'production', 'test'])
    .default('development')
    .register(documentation, {
      about:
        'development, production or test. In production BASE_URL, REDIS_URL and SESSION_SECRET must be given.',
      example: 'production',
    }),
  BASE_URL: relaxed(
    kitVariables.BASE_URL,
    'http://localhost:3000 (with the port of PORT), in a Space https at SPACE_HOST; elsewhere it must be given in production',
  ),
  REDIS_URL: relaxed(
    kitVariables.REDIS_URL,
    'none; `npm run dev` and `npm run demo` then keep sessions inside the process, `npm start` expects redis://localhost:6379; must be given in production',
  ),
  SESSION_SECRET: relaxed(
    kitVariables.SESSION_SECRET,
    'none; in development one is made for each start; must be given in production',
  ),
  HOST: listenAddress.optional().register(documentation, {
    about:
      'The address to listen on; localhost is 127.0.0.1 and ::1. Behind a proxy on the same machine: 127.0.0.1, so that nobody gets past the proxy.',
    default: 'localhost; in production 0.0.0.0, every address of the machine',
    example: '127.0.0.1',
  }),
  PORT: wholeNumber(1, 65_535, 3000)
    .default(3000)
    .register(documentation, { about: 'The port to listen on, 1 to 65535.', example: '8080' }),
  METRICS_PORT: wholeNumber(1, 65_535, 9464).optional().register(documentation, {
    about:
      'Measures, and answers Prometheus at GET /metrics on this port of METRICS_HOST, 1 to 65535 and not that of PORT. Keep it where only Prometheus can reach it (docs/metrics.md).',
    default: 'none, nothing is measured',
    example: '9464',
  }),
  METRICS_HOST: z.optional(listenAddress).register(documentation, {
    about: 'The address that METRICS_PORT is at.',
    default: 'none, that of HOST',
    example: '10.0.0.7',
  }),
  SHUTDOWN_DELAY_SECONDS: wholeNumber(0, 60, 5).default(0).register(documentation, {
    about:
      'On SIGTERM, /readyz answers 503 this many seconds before the process stops listening, 0 to 60. For load balancers that need time to notice, such as Kubernetes; running requests have 10 seconds after that.',
    example: '5',
  }),
  TRUST_PROXY: proxies.optional().register(documentation, {
    about:
      'The proxies in front, by address, network or name (loopback, linklocal, uniquelocal), separated by commas. Only their X-Forwarded-* headers count. Must be given when BASE_URL is https.',
    default: "none, nobody's forwarded headers count; in a Space uniquelocal",
    example: 'loopback,10.0.0.0/8',
  }),
  SPACE_HOST: z.optional(spaceHost).register(documentation, {
    about:
      'The host name of a Space, which Hugging Face sets there and nobody elsewhere; of a list, the first. Unless they are given, BASE_URL is https at this host and TRUST_PROXY uniquelocal (docs/space.md).',
    default: 'none, this is no Space',
    example: 'owner-name.hf.space',
  }),
  HF_SPACE_FRAME: flag.default(false).register(documentation, {
    about:
      "Answers in the frame that huggingface.co puts a Space into with a small page that opens the site in a tab of its own (docs/space.md). Without it the frame stays empty, since the site's pages are shown in no frame.",
    example: 'true',
  }),
  APP_NAME: text()
    .max(40, 'must be at most 40 characters, for example Doorstep')
    .default('Doorstep')
    .register(documentation, {
      about: 'The name on the pages, at most 40 characters.',
      example: 'Reading Room',
    }),
  LOG_LEVEL: oneOf(['silent', 'fatal', 'error', 'warn', 'info', 'debug'])
    .default('info')
    .register(documentation, {
      about: 'silent, fatal, error, warn, info or debug.',
      example: 'warn',
    }),
};

type Variables = z.output<z.ZodObject<typeof siteVariables>>;

/** What production must be given. */
const inProduction = (
  name: 'BASE_URL' | 'REDIS_URL' | 'SESSION_SECRET',
  what: string,
): ReturnType<typeof crossCheck<Variables>> =>
  crossCheck<Variables>(
    // Of a wrong SPACE_HOST, its own line says enough.
    name === 'BASE_URL' ? ['NODE_ENV', name, 'SPACE_HOST'] : ['NODE_ENV', name],
    (env) =>
      env.NODE_ENV === 'production' && !env[name] && `${name} is missing: in production ${what}`,
  );

const schema = z.object(siteVariables).check(
  ...kitChecks,
  inProduction('BASE_URL', 'it must be given, for example https://app.example.com'),
  inProduction('REDIS_URL', 'sessions need a Redis, for example redis://redis:6379'),
  inProduction('SESSION_SECRET', `it must be given; ${NEW_SECRET}`),
  // Behind TLS termination without a named proxy, no request would ever look secure and the
  // session cookie would silently never be set (C23).
  crossCheck<Variables>(
    ['BASE_URL', 'TRUST_PROXY'],
    (env) =>
      env.BASE_URL?.startsWith('https:') === true &&
      !env.TRUST_PROXY &&
      'TRUST_PROXY is missing: BASE_URL is https, so name the proxy in front that ends TLS, for example loopback or 10.0.0.0/8',
  ),
  crossCheck<Variables>(
    ['PORT', 'METRICS_PORT'],
    (env) =>
      env.METRICS_PORT === env.PORT &&
      'METRICS_PORT is the same as PORT: metrics have a port of their own, for example 9464',
  ),
);

const adviceFor = ({ NODE_ENV }: Environment) =>
  NODE_ENV === 'production'
    ? 'docs/environment.md explains every variable. Under NODE_ENV=production, .env is not read.'
    : 'Every variable is explained in .env.example: copy it to .env, or let `npm run logto:setup` fill that in.\n`npm run demo` needs none of them.';

/**
 * In a Space, what Hugging Face tells of it: its host, which is always https. Its proxies have private
 * addresses (seen in logs of Spaces; Hugging Face does not document it), and nobody else reaches the container.
 */
function inSpace(environment: Environment): Environment {
  const { data: hosts } = spaceHost.safeParse(environment.SPACE_HOST);
  if (hosts === undefined) return environment;
  const host = hosts.replace(/\s*,.*/, '');
  return {
    ...environment,
    BASE_URL: environment.BASE_URL?.trim() ? environment.BASE_URL : `https://${host}`,
    TRUST_PROXY: environment.TRUST_PROXY?.trim() ? environment.TRUST_PROXY : 'uniquelocal',
  };
}

/**
 * Reads and checks the whole environment, the kit's variables and the site's. An empty value counts
 * as absent.
 *
 * @throws {ConfigError} listing every mistake, each with its variable and what would be right.
 */
export function parseConfig(environment: Environment): Config {
  const linked = SERVICE_LINK.test(environment.METRICS_PORT?.trim() ?? '');
  const env = readEnvironment(
    schema,
    inSpace(linked ? { ...environment, METRICS_PORT: undefined } : environment),
    adviceFor(environment),
  );
  const production = env.NODE_ENV === 'production';
  const host = env.HOST ?? (production ? '0.0.0.0' : 'localhost');
  const kit = kitConfig({
    ...env,
    BASE_URL: env.BASE_URL ?? `http://localhost:${env.PORT}`,
    SESSION_SECRET: env.SESSION_SECRET ?? [randomBytes(48).toString('base64url')],
  });
  return {
    ...kit,
    appName: env.APP_NAME,
    production,
    host,
    port: env.PORT,
    metricsHost: env.METRICS_HOST ?? host,
    metricsPort: env.METRICS_PORT ?? null,
    shutdownDelayMs: env.SHUTDOWN_DELAY_SECONDS * 1000,
    trustProxy: env.TRUST_PROXY ?? [],
    logLevel: env.LOG_LEVEL,
    logto: { ...kit.logto, accountCenter: env.LOGTO_ACCOUNT_CENTER },
    session: { ...kit.session, secretIsTemporary: env.SESSION_SECRET === undefined },
    models: { name: env.HF_MODEL, endpoint: env.HF_INFERENCE_ENDPOINT },
    warnings: linked
      ? [
          'METRICS_PORT is an address that Kubernetes made for a Service named metrics, so nothing is measured: set enableServiceLinks: false, or METRICS_PORT to a port',
        ]
      : [],
    spaceFrame: env.HF_SPACE_FRAME,
    demo: false,
  };
}
