import { Cluster, Redis } from 'ioredis';
import type { RedisAddress } from '../config/redis-address.ts';
import type { OutageLog } from './connection-log.ts';

/** How often the others are asked about a master that is away. */
const POLL_INTERVAL_MS = 300;

type Options = ConstructorParameters<typeof Cluster<'legacy'>>[1];

const keyOf = ({ options }: Redis): string => `${options.host}:${options.port}`;

/**
 * ioredis's client for Redis Cluster, made to fail as fast as a single connection does. A command
 * waits for a node that is being connected, never for one that is known to be away; meanwhile the
 * others are asked again and again who has its slots now.
 */
export class RedisCluster extends Cluster {
  readonly #log: OutageLog;
  /** Masters that were lost and did not come back yet. */
  readonly #away = new Set<string>();
  #looking: NodeJS.Timeout | undefined;
  #lastError: Error | undefined;

  constructor(addresses: RedisAddress[], log: OutageLog, options: Options) {
    super(addresses, options);
    this.#log = log;
    this.on('+node', (node: Redis) => this.#meet(node));
    this.on('-node', () => this.#lookSoon());
    this.on('error', (error: Error) => log.down(this.reason(error)));
    this.on('ready', () => this.#forgetOthers());
    this.on('refresh', () => this.#forgetOthers());
    this.on('end', () => clearTimeout(this.#looking));
  }

  override sendCommand(...[command, stream, node]: Parameters<Cluster['sendCommand']>): unknown {
    if (this.#mayAnswer(command.getSlot())) return super.sendCommand(command, stream, node);
    command.reject(new Error('This part of the Redis Cluster is unreachable'));
    return command.promise;
  }

  /** What is behind ioredis's "Failed to refresh slots cache": why no node answered. */
  reason(error: Error & { lastNodeError?: Error }): Error {
    return this.#lastError ?? error.lastNodeError ?? error;
  }

  #mayAnswer(slot: number | null): boolean {
    if (this.status !== 'ready') return false;
    const master = slot === null ? undefined : this.slots[slot]?.[0];
    return master === undefined || !this.#away.has(master);
  }

  #meet(node: Redis): void {
    // ioredis lets nobody catch this: the command after it fails too, and says so.
    node.asking = () => Redis.prototype.asking.call(node).catch(() => 'OK');
    // Not the cluster's own "node error", which tells of other connections too.
    node.on('error', (error) => this.#lose(error, node));
    node.on('ready', () => {
      this.#lastError = undefined;
      this.#away.delete(keyOf(node));
      this.#sayWhenWhole();
    });
    // Before the first command needs it. Replicas are asked nothing.
    if (!node.options.readOnly) node.connect().catch(() => {});
  }

  #lose(error: Error, node: Redis): void {
    this.#lastError = error;
    // Nothing depends on a replica, nor on a connection that another one has replaced.
    if (this.status !== 'ready' || !this.nodes('master').includes(node)) return;
    this.#away.add(keyOf(node));
    this.#log.down(error);
    this.#lookSoon();
  }

  #lookSoon(): void {
    this.#looking ??= setTimeout(() => {
      this.#looking = undefined;
      if (this.status === 'ready') this.refreshSlotsCache((error) => this.#look(error));
    }, POLL_INTERVAL_MS).unref();
  }

  #look(error: Error | null | undefined): void {
    // Nobody answers where the nodes were last: begin anew with the names of REDIS_URL.
    if (error && this.status === 'ready') this.disconnect(true);
    else if (this.#away.size > 0) this.#lookSoon();
  }

  /** Who lost its slots to another, or left, is not waited for. */
  #forgetOthers(): void {
    const masters = new Set(this.nodes('master').map(keyOf));
    for (const key of this.#away) if (!masters.has(key)) this.#away.delete(key);
    this.#sayWhenWhole();
  }

  #sayWhenWhole(): void {
    if (this.status === 'ready' && this.#away.size === 0) this.#log.back();
  }
}
