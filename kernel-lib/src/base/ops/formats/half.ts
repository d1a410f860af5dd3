/** The half-precision number at a byte. */
export function half(bytes: Buffer, at: number): number {
  return halfTable()[bytes[at] | (bytes[at + 1] << 8)];
}

let table: Float32Array | null = null;

/** The value of each of the 2^16 half-precision numbers. */
export function halfTable(): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, bits) => {
    const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
    if (exponent === 31) {
      return fraction === 0 ? sign * Infinity : NaN;
    }
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  });
  return table;
}
