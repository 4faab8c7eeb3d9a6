import { connectRedis, createLogger, type RedisConfig } from '../../src/doorstep/operator.ts';

/** The app's Redis, as the app reaches it. @throws the first thing that goes wrong on the way there. */
export async function openRedis(config: RedisConfig): Promise<ReturnType<typeof connectRedis>> {
  const redis = connectRedis(config, createLogger('silent'));
  try {
    await new Promise((resolve, reject) => {
      redis.once('ready', resolve);
      redis.once('error', (error: Error) =>
        reject('reason' in redis ? redis.reason(error) : error),
      );
    });
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}
