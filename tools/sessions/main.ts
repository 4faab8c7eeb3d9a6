import { parseArgs } from 'node:util';
import {
  ConfigError,
  createLogger,
  createLogto,
  parseKitConfig,
  Sealer,
  Sessions,
  withPrefix,
} from '../../src/doorstep/operator.ts';
import { ownCommands } from '../shared/own-commands.ts';
import { openRedis } from '../shared/redis.ts';
import { ignoreClosedPipes, printable } from '../shared/terminal.ts';
import { endSessions, listSessions } from './commands.ts';

const HELP = `Lists or ends the sessions of a user, for an administrator (ASVS 7.4.5).

  npm run sessions -- list <sub>   where the user is signed in
  npm run sessions -- end <sub>    sign the user out everywhere on this site

<sub> is the user's ID at Logto. The app's own environment is needed: REDIS_URL, SESSION_SECRET,
LOGTO_ENDPOINT and so on, from .env or from the shell.

Options
  --prefix TEXT   what stands before the app's keys in Redis: its redisPrefix, and
                  before that the keyPrefix of its Redis client, if it has them
  --help, -h      this text
`;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { prefix: { type: 'string', default: '' }, help: { type: 'boolean', short: 'h' } },
  });
  const [command, sub, ...rest] = positionals;
  const { prefix } = values;
  const known = command === 'list' || command === 'end';
  if (values.help || !known || !sub || rest.length > 0) {
    process.stdout.write(ownCommands(HELP));
    return values.help ? 0 : 1;
  }
  // BASE_URL is of no use here, and development has none.
  const config = parseKitConfig({ BASE_URL: 'http://localhost:3000', ...process.env });
  if (!config.redis) throw new Error('REDIS_URL is missing');
  const logger = createLogger('warn');
  const redis = await openRedis(config.redis);
  try {
    const sealer = new Sealer(config.session.secrets);
    const sessions = new Sessions({
      config,
      redis: withPrefix(redis, prefix),
      keyPrefix: prefix,
      sealer,
      now: Date.now,
    });
    const user = { iss: config.logto.issuer, sub };
    const logto = createLogto({ config, fetch, now: Date.now });
    const act = command === 'list' ? listSessions : endSessions;
    process.stdout.write(await act({ sessions, logto, logger, prefix }, user));
    return 0;
  } finally {
    redis.disconnect();
  }
}

ignoreClosedPipes();
main().then(
  (code) => process.exit(code),
  (error: Error) => {
    const message =
      error instanceof ConfigError ? error.message : `Not done: ${printable(error.message)}`;
    process.stderr.write(`${message}\n`);
    process.exit(1);
  },
);
