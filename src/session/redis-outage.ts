import type { Logger } from 'pino';

export interface OutageLog {
  down(error: Error): void;
  back(): void;
}

/** One line when Redis goes and one when it is back, not one a retry. */
export function outageLog(logger: Logger): OutageLog {
  let down = false;
  return {
    down(error) {
      if (!down) {
        logger.error({ event: 'redis.down', cause: error.message }, 'Redis is out of reach');
      }
      down = true;
    },
    back() {
      if (down) logger.info({ event: 'redis.back' }, 'Redis answers again');
      down = false;
    },
  };
}
