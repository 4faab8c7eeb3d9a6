import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sealer } from '../../../src/doorstep/crypto/sealer.ts';
import { fuzzRuns } from '../../harness/fuzz.ts';

const NEW = 'the first secret, long enough to be one';
const OLD = 'another secret, which is the older of two';

describe('S35 sealing', () => {
  const sealer = new Sealer([NEW]);

  it('opens what it sealed, and no two envelopes are alike', () => {
    const text = 'Grüße, 世界';
    const sealed = sealer.seal(text, 'session', 'id');
    expect(sealer.unseal(sealed, 'session', 'id')).toBe(text);
    expect(sealer.seal(text, 'session', 'id')).not.toEqual(sealed);
    expect(sealed.length).toBe(Buffer.byteLength(text) + 33);
  });

  it('binds purpose and name', () => {
    const sealed = sealer.seal('x', 'session', 'id');
    expect(sealer.unseal(sealed, 'tokens', 'id')).toBeNull();
    expect(sealer.unseal(sealed, 'session', 'other')).toBeNull();
  });

  it('rotates: the first secret writes, every one reads', () => {
    const before = new Sealer([OLD]).seal('x', 'p', 'n');
    const during = new Sealer([NEW, OLD]);
    expect(during.unseal(before, 'p', 'n')).toBe('x');
    const after = during.seal('y', 'p', 'n');
    expect(sealer.unseal(after, 'p', 'n')).toBe('y');
    expect(sealer.unseal(before, 'p', 'n')).toBeNull();
  });

  it('whatever is bent, cut or made up opens as nothing, and throws nothing', () => {
    const sealed = sealer.seal('secret text', 'p', 'n');
    const bent = fc.tuple(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(bent, fc.nat(sealed.length - 1), fc.uint8Array(), ([at, by], cut, junk) => {
        const copy = Buffer.from(sealed);
        copy[at] = (copy[at] ?? 0) ^ by;
        for (const hostile of [copy, sealed.subarray(0, cut), Buffer.from(junk)]) {
          expect(sealer.unseal(hostile, 'p', 'n')).toBeNull();
        }
      }),
      { numRuns: fuzzRuns },
    );
  });
});
