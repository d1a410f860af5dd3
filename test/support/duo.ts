import { adaptive, type data, type models } from '@switchyard/kernel-lib';

/** A small Duo-LLM: blocks, sizes of their two networks. */
export const DUO = { layers: 4, width: 32, heads: 2, contextLength: 24, smallDim: 16, bigDim: 128 };

/** How many big networks a token goes through, where its path is [L] of a flat [T, L]. */
export function bigCalls(paths: Int32Array, t: number): number {
  return paths.subarray(t * DUO.layers, (t + 1) * DUO.layers).reduce((sum, choice) => sum + (choice === 2 ? 1 : 0), 0);
}

/** Unseen text that the oracle is asked about, one batch. */
export function validation(text: data.TextData): data.Batch[] {
  return text.validationBatches({ batchSize: 8, length: DUO.contextLength, count: 1 });
}

/** What the oracle finds on a batch of unseen text where every token may have as many big calls as the router gives it. */
export async function withinBudget(
  model: models.Transformer,
  text: data.TextData
): Promise<{ batch: data.Batch; routes: adaptive.OracleRoutes }> {
  const [batch] = validation(text);
  const learned = await adaptive.oracleRoutes(model, batch, { search: 'coordinate', sweeps: 1 });
  const own = Array.from({ length: learned.numTokens }, (_, t) => bigCalls(learned.reference, t));
  return { batch, routes: await adaptive.oracleRoutes(model, batch, { budget: own }) };
}
