import fc from 'fast-check';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressKey } from '../../../src/doorstep/http/client-address.ts';
import { type Doorstep, startDoorstep } from '../../harness/doorstep.ts';

const LIMIT = 4;
const limits = { signIn: LIMIT, callback: LIMIT, backchannelFailures: 1e9 };

describe('rate limits', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep({ limits, environment: { TRUST_PROXY: 'loopback' } });
  });
  afterAll(() => app.close());

  const from = (address: string, headers: Record<string, string> = {}, path = '/sign-in') =>
    request(app.url)
      .get(path)
      .set({ 'x-forwarded-for': address, ...headers });
  const statuses = async (addresses: string[]) => {
    const found: number[] = [];
    for (const address of addresses) found.push((await from(address)).status);
    return found;
  };

  it.each([
    ['Sec-Purpose', { 'sec-purpose': 'prefetch;prerender' }],
    ['Purpose', { purpose: 'prefetch' }],
    ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
  ])('C44 what starts no sign-in never takes a person’s own click: %s', async (what, headers) => {
    const address = `192.0.2.${what.length}`;
    const refused: number[] = [];
    for (let round = 0; round < LIMIT + 2; round += 1) {
      refused.push((await from(address, headers)).status);
    }
    // They have a limit of their own.
    expect(refused).toEqual([400, 400, 400, 400, 429, 429]);
    expect(await statuses(Array(LIMIT + 1).fill(address))).toEqual([303, 303, 303, 303, 429]);
  });

  it('C44 other methods don’t take it either, at sign-in, sign-up and the callback', async () => {
    for (const [path, free] of [
      ['/sign-in', 303],
      ['/sign-up', 303],
      ['/callback', 400],
    ] as const) {
      const address = `198.18.0.${path.length}${free % 10}`;
      for (let round = 0; round < LIMIT + 1; round += 1) {
        await request(app.url).head(path).set('x-forwarded-for', address);
      }
      expect((await from(address, {}, path)).status).toBe(free);
    }
  });

  it('C45 the port that a proxy adds is no part of the address', async () => {
    const addresses = Array.from(
      { length: LIMIT + 1 },
      (_, index) => `198.51.100.7:${40001 + index}`,
    );
    expect(await statuses(addresses)).toEqual([303, 303, 303, 303, 429]);
    expect(await statuses(['198.51.100.8:40001'])).toEqual([303]);
  });

  it('C45 nor is the way it is written', async () => {
    const written = [
      '203.0.113.9',
      '::ffff:203.0.113.9',
      '[::FFFF:203.0.113.9]:443',
      '::ffff:cb00:7109',
      '203.000.113.009:8080',
    ];
    expect(await statuses(written)).toEqual([303, 303, 303, 303, 429]);
  });

  it('C45 an IPv6 network is one client, /56 at most', async () => {
    const written = [
      '2001:db8:1:200::1',
      '2001:DB8:1:2ff::1',
      '[2001:0db8:0001:0201::9]:40001',
      '2001:db8:1:200:0:0:0:1%eth0',
      '2001:db8:1:2aa::1',
    ];
    expect(await statuses(written)).toEqual([303, 303, 303, 303, 429]);
    expect(await statuses(['2001:db8:1:300::1'])).toEqual([303]);
  });

  it('C45 any IPv4 address has one key, however it is written', () => {
    const spellings: ((address: string, port: number) => string)[] = [
      (address) => address,
      (address, port) => `${address}:${port}`,
      (address, port) => `[${address}]:${port}`,
      (address) => `::ffff:${address}`,
      (address, port) => `[::FFFF:${address}]:${port}`,
      (address) => `0000:0000:0000:0000:0000:ffff:${address}`,
      (address) =>
        ` ${address
          .split('.')
          .map((part) => part.padStart(3, '0'))
          .join('.')} `,
    ];
    fc.assert(
      fc.property(
        fc.ipV4(),
        fc.nat(65_535),
        fc.constantFrom(...spellings),
        (address, port, write) => {
          expect(addressKey(write(address, port))).toBe(address);
        },
      ),
    );
  });

  it('C45 any IPv6 address has the key of its /56, however it is written', () => {
    const groups = fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 4 });
    const arbitrary = fc.tuple(groups, groups, groups, fc.nat(65_535));
    fc.assert(
      fc.property(arbitrary, ([network, host, otherHost, port]) => {
        // Global addresses only: below ::/16 an IPv4 address may be inside.
        const [first = 0, second = 0, third = 0, subnet = 0] = network;
        const prefix = [0x2000 | (first & 0x1fff), second, third];
        const hex = (parts: number[]) => parts.map((part) => part.toString(16));
        const address = hex([...prefix, subnet, ...host]).join(':');
        const neighbour = hex([...prefix, (subnet & 0xff00) | (port & 0xff), ...otherHost]);
        const padded = neighbour.map((part) => part.padStart(4, '0').toUpperCase()).join(':');
        const key = addressKey(address);
        expect(key).toMatch(/\/56$/);
        expect(addressKey(`[${padded}]:${port}`)).toBe(key);
        expect(addressKey(`${padded}%eth0`)).toBe(key);
        expect(addressKey(`${padded}:40001`)).toBe(key);
      }),
    );
  });

  it('C45 whatever is no address counts as one', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(addressKey(text)).toMatch(/^(unknown|[\d.]+|[\da-f:.]+\/56)$/);
      }),
    );
    expect(['', '_hidden', 'a.b', '1.2.3', '"198.51.100.7"'].map(addressKey)).toEqual(
      Array(5).fill('unknown'),
    );
  });
});
