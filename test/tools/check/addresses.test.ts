import { expect, it } from 'vitest';
import { isInner, reachOf } from '../../../tools/check/addresses.ts';
import { realWorld, type World } from '../../../tools/check/world.ts';

const knowing = (addresses: string[]): World => ({
  ...realWorld({}),
  lookup: async () => addresses,
});

it.each([
  ['localhost', [], 'loopback'],
  ['127.1.2.3', [], 'loopback'],
  ['[::1]', [], 'loopback'],
  ['10.1.2.3', [], 'private'],
  ['172.16.0.1', [], 'private'],
  ['172.32.0.1', [], 'public'],
  ['100.64.0.1', [], 'private'],
  ['169.254.169.254', [], 'private'],
  ['[fd00::1]', [], 'private'],
  ['[::ffff:10.0.0.1]', [], 'private'],
  ['[2606:2800:220:1::1]', [], 'public'],
  ['app.example.com', ['93.184.215.14'], 'public'],
  ['app.example.com', ['93.184.215.14', 'fd00::1'], 'private'],
  ['app.example.com', ['192.168.1.2', '127.0.0.1'], 'loopback'],
  ['nowhere.example.com', [], null],
])('%s with %j is %s', async (hostname, addresses, reach) => {
  expect(await reachOf(new URL(`http://${hostname}`).hostname, knowing(addresses))).toBe(reach);
});

it('does not wait for a name service that hangs', async () => {
  const world = { ...realWorld({}), timeoutMs: 50, lookup: () => new Promise<never>(() => {}) };
  expect(await reachOf('app.example.com', world)).toBeNull();
});

it.each([
  ['logto', true],
  ['logto.internal', true],
  ['nas.local', true],
  ['10.0.0.1', true],
  ['logto.example.com', false],
  ['93.184.215.14', false],
])('%s is an inner name: %s', (hostname, inner) => {
  expect(isInner(hostname)).toBe(inner);
});
