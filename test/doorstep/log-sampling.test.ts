import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type SampledLog, sampleLog } from '../../src/doorstep/log-sampling.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import type { LogLine } from '../harness/doorstep.ts';

describe('S44 the log of what was refused', () => {
  let written: string[];
  let log: SampledLog;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    written = [];
    log = sampleLog(createLogger('info', { write: (line) => void written.push(line) }));
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const refuse = (times: number, line: object = {}) => {
    for (let round = 0; round < times; round += 1) {
      log.logger.warn({ event: 'request.failed', reason: 'not_a_navigation', ...line }, 'Refused');
    }
  };
  const lines = (): LogLine[] => written.map((line) => JSON.parse(line));
  const counts = () =>
    lines()
      .filter(({ event }) => event === 'log.left_out')
      .map(({ of, reason, leftOut }) => [of, reason, leftOut]);

  it('66,000 requests are 71 lines, and the last of them says how many were left out', () => {
    refuse(66_000);
    expect(written).toHaveLength(70);
    vi.advanceTimersByTime(60_000);
    expect(written).toHaveLength(71);
    expect(counts()).toEqual([['request.failed', 'not_a_navigation', 65_930]]);
    expect(written.join('').length).toBeLessThan(20_000);
  });

  it('nothing is left out below the rate, and nothing is said then', () => {
    for (let minute = 0; minute < 5; minute += 1) {
      refuse(60);
      vi.advanceTimersByTime(60_000);
    }
    expect(written).toHaveLength(300);
    expect(counts()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('each event and reason is for itself: a flood hides nothing else', () => {
    refuse(1000);
    refuse(1, { reason: 'unexpected' });
    refuse(1, { event: 'request.refused' });
    expect(lines().slice(-2)).toMatchObject([
      { reason: 'unexpected' },
      { event: 'request.refused' },
    ]);
    refuse(100, { reason: 'bad_input' });
    log.flush();
    expect(counts()).toEqual([
      ['request.failed', 'not_a_navigation', 936],
      ['request.failed', 'bad_input', 40],
    ]);
  });

  it.each([
    'sign_in.started',
    'sign_in.succeeded',
    'sign_in.failed',
    'sign_out',
    'refresh.succeeded',
    'refresh.failed',
    'session.ended',
    'redis.down',
  ])('S29 %s is always written', (event) => {
    refuse(500, { event });
    expect(written).toHaveLength(500);
  });

  it.each(['/sign-in', '/sign-up', '/callback'])(
    'S29 a sign-in that fails for an outage (%s) is always written',
    (path) => {
      const line = { event: 'request.failed', reason: 'logto_unavailable', path };
      for (let round = 0; round < 500; round += 1) log.logger.error(line, 'Failed');
      expect(written).toHaveLength(500);
    },
  );

  it('whatever reasons there are, memory is bounded', () => {
    for (let one = 0; one < 10_000; one += 1) refuse(61, { reason: `reason ${one}` });
    const before = written.length;
    log.flush();
    expect(written.length - before).toBe(101);
    const all = counts().reduce((sum, [, , leftOut]) => sum + Number(leftOut), 0);
    expect(before + all).toBe(610_000);
  });

  it('a line without an event, or without an object, goes through', () => {
    for (let round = 0; round < 100; round += 1) {
      log.logger.info('text');
      log.logger.warn({ reason: 'x' }, 'text');
      log.logger.error(null);
    }
    expect(written).toHaveLength(300);
  });
});
