import type { Logger } from 'pino';

export interface OutageLog {
  down(error: Error): void;
  back(): void;
  readonly isDown: boolean;
}

/** One line when Redis goes and one when it is back, not one a retry. */
export function outageLog(logger: Logger): OutageLog {
  let down = false;
  return {
    get isDown() {
      return down;
    },
    down(error) {
      if (!down) {
        // Redis quotes what it was sent; of its own errors the first word says enough (logger.ts).
        const cause = error.name === 'ReplyError' ? error.message.split(' ', 1)[0] : error.message;
        logger.error({ event: 'redis.down', cause }, 'Redis is unreachable');
      }
      down = true;
    },
    back() {
      if (down) logger.info({ event: 'redis.back' }, 'Redis answers again');
      down = false;
    },
  };
}
