import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const VERSION = 1;
const KEY_ID_BYTES = 4;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const IV_START = 1 + KEY_ID_BYTES;
const TAG_START = IV_START + IV_BYTES;
const BODY_START = TAG_START + TAG_BYTES;
/** The head of a sealed value: new at each sealing and authenticated, so it serves as a revision. */
export const REVISION_BYTES = BODY_START;

interface SealingKey {
  id: Buffer;
  key: KeyObject;
}

/**
 * Encrypts what leaves the process (session values in Redis, pending sign-ins in cookies) with
 * AES-256-GCM. The envelope: version (1 byte), key id (4), nonce (12), tag (16), ciphertext.
 *
 * Purpose and name are bound as additional data, so a value moved to another key, another cookie
 * or another use does not open. Source: NIST SP 800-38D; RFC 9700 section 4.14 (ASVS 13.3.3).
 */
export class Sealer {
  readonly #writing: SealingKey;
  readonly #reading: SealingKey[];

  /** @param secrets The first one writes, every one reads: put a new secret first to rotate. */
  constructor(secrets: readonly string[]) {
    const [first, ...older] = secrets.map(sealingKey);
    if (!first) throw new Error('At least one secret is needed');
    this.#writing = first;
    this.#reading = [first, ...older];
  }

  seal(plain: string, purpose: string, name: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#writing.key, iv);
    cipher.setAAD(additionalData(purpose, name));
    const body = cipher.update(plain, 'utf8');
    cipher.final();
    return Buffer.concat([Buffer.of(VERSION), this.#writing.id, iv, cipher.getAuthTag(), body]);
  }

  /** @returns the plain text, or null for anything that one of our keys didn't seal for just this use. */
  unseal(envelope: Buffer, purpose: string, name: string): string | null {
    if (envelope.length < BODY_START || envelope[0] !== VERSION) return null;
    const found = this.#reading.find(({ id }) => id.equals(envelope.subarray(1, IV_START)));
    if (!found) return null;
    const iv = envelope.subarray(IV_START, TAG_START);
    const decipher = createDecipheriv('aes-256-gcm', found.key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(purpose, name));
    decipher.setAuthTag(envelope.subarray(TAG_START, BODY_START));
    const body = decipher.update(envelope.subarray(BODY_START));
    try {
      decipher.final();
      return body.toString('utf8');
    } catch {
      return null;
    }
  }
}

/** Keys that sign the session cookie, one for each secret, in their order. */
export function cookieSigningKeys(secrets: readonly string[]): string[] {
  return secrets.map((secret) => derive(secret, 'session cookie signature', 32).toString('hex'));
}

// A KeyObject is made once: node takes three times as long over a raw key at every use.
function sealingKey(secret: string): SealingKey {
  return {
    id: derive(secret, 'key id', KEY_ID_BYTES),
    key: createSecretKey(derive(secret, 'sealing aes-256-gcm', 32)),
  };
}

function derive(secret: string, use: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `doorstep ${use}`, bytes));
}

function additionalData(purpose: string, name: string): Buffer {
  return Buffer.from(`${purpose}\0${name}`);
}
