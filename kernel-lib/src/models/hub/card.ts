import type { Module } from '../../base/core';
import type { PagePool, PagePoolReport } from '../../base/ops/pagePool';
import { isMoeLayer } from '../../nn/moe';
import type { Checkpoint } from './openFolder';
import type { AnyFamily } from './family';
import type { HubTokenizer } from './tokenizer';

/** Card of an opened model: what there is to know of it at a glance. */
export interface ModelCard {
  /** Its class in transformers. */
  architecture: string;
  /** Where it was opened. */
  source: string;
  parameters: number;
  /** Those that work on one token: of experts, the share that a router chooses. */
  activeParameters: number;
  /** Of its values in the file. */
  fileBytes: number;
  /** Of its values in memory; of experts that are read lazily, those that are there. */
  memoryBytes: number;
  /** Dtypes of the values in memory, that of most bytes first. */
  memoryDtypes: string[];
  /** Memory of the experts that are read lazily, with its hits; null where all are read. */
  expertCache: PagePoolReport | null;
  /** Dtypes of the values in the file, that of most bytes first. */
  dtypes: string[];
  /** Most positions at once; Infinity where there is no end. */
  contextLength: number;
  vocabSize: number;
  /** Kind of tokenizer, and how many ids it gives. */
  tokenizer: string;
  /** null where the checkpoint does not say. */
  license: string | null;
}

/** The card of a model. */
export function cardOf(
  model: Module & { readonly contextLength: number; readonly vocabSize: number; readonly expertCache: PagePool | null },
  { family, checkpoint, tokenizer }: { family: AnyFamily; checkpoint: Checkpoint; tokenizer: HubTokenizer }
): ModelCard {
  const bytes = new Map<string, number>();
  checkpoint.tensors.forEach((entry) => bytes.set(entry.dtype, (bytes.get(entry.dtype) ?? 0) + entry.bytes));
  const parameters = model.countParameters();
  const stored = new Map<string, number>();
  model.stored().forEach((each) => stored.set(each.format, (stored.get(each.format) ?? 0) + each.bytes));
  const { type } = (tokenizer.json.model ?? {}) as { type?: string };
  return {
    architecture: family.architecture,
    source: checkpoint.where,
    parameters,
    activeParameters: Math.round(parameters - idleParameters(model)),
    fileBytes: sum(bytes),
    memoryBytes: sum(stored),
    memoryDtypes: byBytes(stored),
    expertCache: model.expertCache?.report ?? null,
    dtypes: byBytes(bytes),
    contextLength: model.contextLength,
    vocabSize: model.vocabSize,
    tokenizer: `${type ?? 'unknown'}, ${tokenizer.vocabSize} ids`,
    license: checkpoint.license ?? null
  };
}

function sum(bytes: ReadonlyMap<string, number>): number {
  return [...bytes.values()].reduce((total, each) => total + each, 0);
}

function byBytes(bytes: ReadonlyMap<string, number>): string[] {
  return [...bytes].sort(([, a], [, b]) => b - a).map(([dtype]) => dtype);
}

function idleParameters(model: Module): number {
  const layers = [...model.modules().values()].filter(isMoeLayer);
  return layers.reduce(
    (sum, { experts, router }) => sum + experts.countParameters() * (1 - router.meanK / experts.numExperts),
    0
  );
}
