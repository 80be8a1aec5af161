import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Key } from './configuration.ts';

/** Both ways of one key's data. `context` is authenticated with it where the cipher can: the key it is stored under. */
export interface Cipher {
  seal(plain: Uint8Array, context: string): Uint8Array;
  /** @throws {Error} when it was not sealed with this key and context, or was altered */
  open(sealed: Uint8Array, context: string): Uint8Array;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BLOCK_BYTES = 16;

/** nonce, ciphertext, tag. The nonce is random: a key must not write more than about 200,000 times (upstream's advice). */
export function aesGcm({ secret }: Key): Cipher {
  const algorithm = `aes-${secret.length * 8}-gcm` as 'aes-256-gcm';
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(algorithm, secret, nonce);
      cipher.setAAD(Buffer.from(context));
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, context) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) {
        throw new Error('the stored data was shorter than the required size');
      }
      const end = sealed.length - TAG_BYTES;
      const decipher = createDecipheriv(algorithm, secret, sealed.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(sealed.subarray(end));
      const plain = decipher.update(sealed.subarray(NONCE_BYTES, end));
      try {
        return Buffer.concat([plain, decipher.final()]);
      } catch (error) {
        throw new Error('cipher: message authentication failed', { cause: error });
      }
    },
  };
}

/** initialisation vector, ciphertext with PKCS #7 padding. It authenticates nothing: an altered value may be read. */
export function aesCbc({ secret }: Key): Cipher {
  const algorithm = `aes-${secret.length * 8}-cbc`;
  return {
    seal(plain) {
      const vector = randomBytes(BLOCK_BYTES);
      const cipher = createCipheriv(algorithm, secret, vector);
      return Buffer.concat([vector, cipher.update(plain), cipher.final()]);
    },
    open(sealed) {
      if (sealed.length < 2 * BLOCK_BYTES) throw new Error('the stored data was shorter than the required size');
      if (sealed.length % BLOCK_BYTES !== 0) throw new Error('the stored data is not a multiple of the block size');
      const decipher = createDecipheriv(algorithm, secret, sealed.subarray(0, BLOCK_BYTES));
      const plain = decipher.update(sealed.subarray(BLOCK_BYTES));
      try {
        return Buffer.concat([plain, decipher.final()]);
      } catch (error) {
        throw new Error('invalid padding on input', { cause: error });
      }
    },
  };
}
