import type { Index, Packed } from './numbers';

/** A packed choice is a byte, and 255 says that there is none. */
export const MAX_PACKED_EXPERTS = 255;
const NONE = 255;

/** Characters of base64 for so many bytes. */
export function packedLength(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

/** Choices of a layer as bytes in base64: a fraction of the room that rows of numbers take. Experts 0..254, -1 for none. */
export function packChoices(choices: readonly (readonly Index[])[]): Packed {
  const bytes = choices.flatMap((row) => row.map((expert) => (expert < 0 ? NONE : expert)));
  return btoa(bytes.map((byte) => String.fromCharCode(byte)).join(''));
}

/** Rows of `k` experts each; -1 where there is none. */
export function unpackChoices(packed: Packed, k: number): Index[][] {
  const bytes = atob(packed);
  return Array.from({ length: Math.floor(bytes.length / k) }, (_, t) =>
    Array.from({ length: k }, (_, i) => {
      const byte = bytes.charCodeAt(t * k + i);
      return byte === NONE ? -1 : byte;
    })
  );
}

/** Choices of one layer for a sample's tokens, packed or not; [T][K]. */
export function choicesOf(experts: Index[][] | Packed, k: number): Index[][] {
  return typeof experts === 'string' ? unpackChoices(experts, k) : experts;
}
