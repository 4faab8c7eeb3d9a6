import { addressText, type RedisAddress, type RedisConfig } from '../../src/doorstep/operator.ts';
import { error, type Finding, goOn, type Outcome, stop, warning } from './outcome.ts';
import { askServer, explain } from './redis-connection.ts';
import type { World } from './world.ts';

/** A master, and which slots are its own; all of them where there is no cluster. */
export interface Master {
  at: RedisAddress;
  owns(slot: number): boolean;
}

const SLOTS = 16_384;

/** Who holds the data: asked of Sentinels or of the cluster, if there are any. */
export function findMasters(config: RedisConfig, world: World): Promise<Outcome<Master[]>> {
  if (config.mode === 'sentinel') return askSentinels(config, world);
  if (config.mode === 'cluster') return askCluster(config, world);
  return Promise.resolve(goOn(config.addresses.map((at) => ({ at, owns: () => true }))));
}

type Answer<Known> = { at: RedisAddress; known: Known } | { at: RedisAddress; wrong: Finding };

async function askSentinels(config: RedisConfig, world: World): Promise<Outcome<Master[]>> {
  const { master, username, password } = config.sentinel;
  const login = { username, password, database: 0, tls: config.tls };
  const answers = await Promise.all(
    config.addresses.map(
      (at): Promise<Answer<unknown>> =>
        askServer(at, login, world, async (client) => {
          const known = await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master);
          // The app listens for failovers.
          await client.subscribe('+switch-master');
          return known;
        }).then(
          (known) => ({ at, known }),
          (cause) => ({ at, wrong: ofSentinel(explain(at, cause, { ...login, ...world })) }),
        ),
    ),
  );
  const wrong = answers.flatMap((answer) => ('wrong' in answer ? [answer.wrong] : []));
  const known = answers.flatMap((answer) => ('known' in answer ? [answer] : []));
  if (known.length === 0) {
    const number = answers.length === 1 ? '' : `none of ${answers.length} Sentinels answers: `;
    const [first] = wrong;
    return stop(error(`${number}${first?.message}`, first?.next ?? ''));
  }
  const addresses = known.flatMap(({ known }) => readAddress(known));
  const [at] = addresses;
  if (!at) {
    const names = known.map((one) => addressText(one.at)).join(', ');
    const next = 'Set REDIS_SENTINEL_MASTER to the name in their "sentinel monitor".';
    return stop(error(`no master set “${master}” is known to ${names}`, next));
  }
  const weaker = wrong.map(({ message, next }) => warning(`Sentinel ${message}`, next ?? ''));
  return goOn([{ at, owns: () => true }], ...weaker);
}

/** The same words, but it is the Sentinels' own password, and a user of theirs. */
function ofSentinel({ message, next }: Finding): Finding {
  if (message.includes('password')) {
    return error(
      message.replace('password or user in REDIS_URL', 'Sentinels’ own password'),
      'Set REDIS_SENTINEL_PASSWORD (and REDIS_SENTINEL_USERNAME): those in REDIS_URL are for the servers behind them.',
    );
  }
  const forbidden = message.includes('does not let this user');
  return error(message, forbidden ? 'Give it the rights of docs/redis.md.' : (next ?? ''));
}

const readAddress = (reply: unknown): RedisAddress[] =>
  Array.isArray(reply) ? [{ host: String(reply[0]), port: Number(reply[1]) }] : [];

async function askCluster(config: RedisConfig, world: World): Promise<Outcome<Master[]>> {
  const findings: Finding[] = [];
  for (const at of config.addresses) {
    try {
      const ranges = await askServer(at, config, world, (client) => client.cluster('SLOTS'));
      return mastersOf(readRanges(ranges), at, findings);
    } catch (cause) {
      findings.push(explain(at, cause, { ...config, ...world }));
    }
  }
  return stop(...findings.slice(0, 1));
}

interface Range {
  from: number;
  to: number;
  master: RedisAddress;
}

/** CLUSTER SLOTS: first slot, last slot, the master's address, then its replicas. */
function readRanges(reply: unknown): Range[] {
  if (!Array.isArray(reply)) return [];
  return reply.map(([from, to, [host, port]]) => ({
    from: Number(from),
    to: Number(to),
    master: { host: String(host ?? ''), port: Number(port) },
  }));
}

function mastersOf(ranges: Range[], at: RedisAddress, soFar: Finding[]): Outcome<Master[]> {
  const covered = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  if (covered < SLOTS) {
    const message = `${addressText(at)} says that ${SLOTS - covered} of ${SLOTS} slots have no master`;
    return stop(error(message, 'Give them one: redis-cli --cluster fix.'));
  }
  // ioredis leaves such a node out.
  if (ranges.some(({ master }) => /^\??$/.test(master.host))) {
    const message = `${addressText(at)} names a node that does not know its own address`;
    return stop(error(message, 'Set cluster-announce-ip (or -hostname) over there.'));
  }
  const byName = new Map(ranges.map(({ master }) => [addressText(master), master]));
  const masters = [...byName].map(([name, master]) => ({
    at: master,
    owns: (slot: number) =>
      ranges.some((one) => addressText(one.master) === name && one.from <= slot && slot <= one.to),
  }));
  // The others will do: what is named is only where the app begins to look.
  const weaker = soFar.map(({ message, next }) => warning(message, next ?? ''));
  return goOn(masters, ...weaker);
}
