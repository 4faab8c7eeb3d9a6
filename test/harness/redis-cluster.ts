import { vi } from 'vitest';
import { freePort } from './free-port.ts';
import { type RedisServer, type RedisServerOptions, startRedisServer } from './redis-server.ts';

/** A real Redis Cluster of a test's own: three masters, and a replica for each. */
export interface RedisClusterServers {
  nodes: RedisServer[];
  /** The comma-separated addresses of all nodes. */
  addresses: string;
  /** The node that holds a key now, and its replica. */
  masterOf(key: string): Promise<RedisServer>;
  replicaOf(master: RedisServer): Promise<RedisServer>;
  masters(): Promise<RedisServer[]>;
  /** Resolves when every slot has a master, and every master its replica, as all nodes see it. */
  whole(): Promise<void>;
  /** Runs `act` and returns how many commands the masters were sent meanwhile. */
  countCommands(act: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

/** Until a master that does not answer counts as failed, milliseconds. */
export const NODE_TIMEOUT = 2000;
const SLOTS = 16_384;
const MASTERS = 3;
/** For a handful of processes that get to know each other, or one that copies nothing much. */
const POLLING = { timeout: 30_000, interval: 50 };

export async function startRedisCluster(
  settings: string[] = [],
  options: RedisServerOptions = {},
): Promise<RedisClusterServers> {
  const start = async () => {
    // Beside the port, and not 10000 above it: that may be taken.
    const bus = await freePort();
    const own = ['--cluster-enabled', 'yes', '--cluster-port', String(bus)];
    const timing = [
      '--cluster-node-timeout',
      String(NODE_TIMEOUT),
      '--repl-diskless-sync-delay',
      '0',
    ];
    const node = await startRedisServer(
      [...own, ...timing, '--appendonly', 'yes', ...settings],
      options,
    );
    return { ...node, bus };
  };
  const nodes = await Promise.all(Array.from({ length: 2 * MASTERS }, start));
  const [first] = nodes;
  if (!first) throw new Error('There are nodes');
  const masters = nodes.slice(0, MASTERS);
  const idOf = async ({ admin }: RedisServer) => String(await admin.cluster('MYID'));

  for (const [index, { admin }] of nodes.entries())
    await admin.cluster('SET-CONFIG-EPOCH', index + 1);
  for (const [index, { admin }] of masters.entries()) {
    const from = Math.floor((SLOTS * index) / MASTERS);
    const to = Math.floor((SLOTS * (index + 1)) / MASTERS) - 1;
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
  }
  for (const { port, bus } of nodes.slice(1)) {
    await first.admin.call('CLUSTER', 'MEET', '127.0.0.1', String(port), String(bus));
  }
  const states = () => Promise.all(nodes.map(({ admin }) => admin.cluster('INFO').catch(() => '')));
  await vi.waitFor(async () => {
    for (const state of await states()) {
      if (!/cluster_state:ok/.test(state) || !/known_nodes:6/.test(state)) throw new Error(state);
    }
  }, POLLING);
  for (const [index, { admin }] of nodes.slice(MASTERS).entries()) {
    const master = masters[index];
    if (master) await admin.cluster('REPLICATE', await idOf(master));
  }

  const rolesNow = () =>
    Promise.all(
      nodes.map(async (node) => ({ node, role: await node.admin.role().catch(() => []) })),
    );
  const withRole = async (name: string) =>
    (await rolesNow()).filter(({ role }) => role[0] === name).map(({ node }) => node);

  const cluster: RedisClusterServers = {
    nodes,
    addresses: nodes.map(({ port }) => `localhost:${port}`).join(','),
    masters: () => withRole('master'),
    async masterOf(key) {
      const slot = Number(
        await first.admin
          .cluster('KEYSLOT', key)
          .catch(() => nodes[1]?.admin.cluster('KEYSLOT', key)),
      );
      for (const node of await withRole('master')) {
        const ranges = await node.admin.cluster('SLOTS');
        const owner = ranges.find(([from, to]) => Number(from) <= slot && slot <= Number(to));
        const [, ownerPort] = Array.isArray(owner?.[2]) ? owner[2] : [];
        if (Number(ownerPort) === node.port) return node;
      }
      throw new Error(`Nobody holds slot ${slot}`);
    },
    async replicaOf(master) {
      const roles = await rolesNow();
      const replica = roles.find(
        ({ role }) => role[0] === 'slave' && Number(role[2]) === master.port,
      );
      if (!replica) throw new Error('This master has no replica');
      return replica.node;
    },
    async whole() {
      await vi.waitFor(async () => {
        for (const state of await states()) {
          if (!/cluster_state:ok/.test(state)) throw new Error(`Not whole: ${state}`);
          if (!/cluster_slots_ok:16384/.test(state)) throw new Error(`Not whole: ${state}`);
        }
        const roles = await rolesNow();
        const linked = roles.filter(({ role }) => role[0] === 'slave' && role[3] === 'connected');
        if (linked.length !== MASTERS) throw new Error('A replica is not in step yet');
      }, POLLING);
    },
    async countCommands(act) {
      const counting = (await cluster.masters()).reduceRight(
        (inner: () => Promise<number>, { countCommands }) =>
          async () => {
            let within = 0;
            const own = await countCommands(async () => {
              within = await inner();
            });
            return own + within;
          },
        async () => {
          await act();
          return 0;
        },
      );
      return counting();
    },
    close: async () => void (await Promise.all(nodes.map((node) => node.close()))),
  };
  await cluster.whole();
  return cluster;
}
