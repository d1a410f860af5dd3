/** Cosine of the router's logits of experts `a` and `b` over tokens; logits are [T * E], row by token. */
export function logitCosine(logits: Float32Array, numExperts: number, a: number, b: number): number {
  let [product, ofA, ofB] = [0, 0, 0];
  for (let row = 0; row < logits.length; row += numExperts) {
    product += logits[row + a] * logits[row + b];
    ofA += logits[row + a] ** 2;
    ofB += logits[row + b] ** 2;
  }
  return product / (Math.sqrt(ofA * ofB) + 1e-30);
}
