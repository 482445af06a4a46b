// What asking needs of the machine: names of requests that nobody guesses, digests, and a seal for what
// a client carries from one round of a call to the next.

export interface AskingMeans {
  /** A name for a request: short enough to be read out, and in no use. */
  newId(): string;
  digest(text: string): string;
  /** The seal of a text under a key that this run of the wrapper alone knows. */
  seal(text: string): string;
  isSealed(text: string, seal: string): boolean;
}

// Without I, L, O and U, which are read as others.
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 40 bits. */
const ID_LENGTH = 8;

export function askingMeans(): AskingMeans {
  const { createHash, createHmac, randomBytes, timingSafeEqual } =
    process.getBuiltinModule('node:crypto');
  const key = randomBytes(32);
  const sealOf = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  return {
    newId: () => Array.from(randomBytes(ID_LENGTH), byte => LETTERS[byte % 32]).join(''),
    digest: text => createHash('sha256').update(text).digest('hex'),
    seal: sealOf,
    isSealed(text, seal) {
      const expected = Buffer.from(sealOf(text));
      const given = Buffer.from(seal);
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
}
