/** @file What the families with mixtures of experts have in common. */
import { gatedExperts } from '../../../nn/experts';
import * as routers from '../../../nn/routers';
import type { TopKOptions } from '../../../nn/routers';
import type { TransformerOptions } from '../../language';
import type { MoeFeedForward } from '../../feedForward';
import type { Config } from '../config';
import { experts, same, sharedExpert, transposed } from '../weightMap';
import type { WeightMap } from '../weightMap';
import { activationOf } from './decoder';

export interface MixtureChoices extends Partial<MoeFeedForward> {
  /** How many, E. */
  count: number;
  /** Width inside an expert, H. */
  hidden: number;
  routing?: Partial<TopKOptions>;
}

/** A mixture of gated experts, of which a token chooses `num_experts_per_tok`; trained with the loss of transformers. */
export function mixtureOf(config: Config, { count, hidden, routing, ...rest }: MixtureChoices): MoeFeedForward {
  const coefficient = config.number('router_aux_loss_coef', 0);
  const router = routers.topK({
    k: config.integer('num_experts_per_tok'),
    renormalize: true,
    balance: coefficient > 0 ? { loss: { convention: 'hf', coefficient } } : {},
    ...routing
  });
  return {
    ...{ kind: 'moe', router, experts: count, hidden, capacityFactor: null, sharedExperts: 0 },
    expertKind: gatedExperts({ activation: activationOf(config) }),
    ...rest
  };
}

/** How many experts there are; the key has changed in the course of time. */
export function countExperts(config: Config): number {
  const keys = ['num_experts', 'num_local_experts', 'n_routed_experts'];
  return config.integer(keys.find((key) => config.has(key)) ?? keys[0]);
}

/** Whether a block has experts: every so many-th, but for those that are named. */
export function isSparse(config: Config, block: number): boolean {
  const step = config.integer('decoder_sparse_step', 1, 1);
  return !config.list('mlp_only_layers').includes(block) && (block + 1) % step === 0;
}

/** Names of an expert's matrices: those of our w1, w2 and w3. */
export type ExpertNames = readonly [string, string, string];

const OURS = ['w1', 'w2', 'w3'];

/** Names of most families. */
export const GATED: ExpertNames = ['gate_proj', 'down_proj', 'up_proj'];

/** The mixtures of all blocks that have one: `within` is their name in a block. */
export function mixtureWeights(
  { feedForwards }: TransformerOptions,
  { within = 'mlp', names = GATED }: { within?: string; names?: ExpertNames } = {}
): WeightMap[] {
  return eachMixture(feedForwards, (feedForward, ours, block) => {
    const theirs = `${block}.${within}`;
    const each = Array.from({ length: feedForward.experts }, (_, expert) => `${theirs}.experts.${expert}`);
    return [
      transposed(`${ours}.router.weight`, `${theirs}.gate.weight`),
      ...OURS.map((path, i) =>
        experts(
          `${ours}.experts.${path}`,
          each.map((expert) => `${expert}.${names[i]}.weight`)
        )
      )
    ];
  });
}

/** The shared experts of all mixtures, and their gate where they have one. */
export function sharedWeights({ feedForwards }: TransformerOptions, name: string): WeightMap[] {
  return eachMixture(feedForwards, (feedForward, ours, block) => [
    ...OURS.map((path, i) => sharedExpert(`${ours}.shared.${path}`, `${block}.mlp.${name}.${GATED[i]}.weight`)),
    ...(feedForward.sharedGate ? [transposed(`${ours}.sharedGate.weight`, `${block}.mlp.${name}_gate.weight`)] : [])
  ]);
}

/** The selection biases of all mixtures. */
export function biasWeights({ feedForwards }: TransformerOptions): WeightMap[] {
  return eachMixture(feedForwards, (_, ours, block) => [
    same(`${ours}.router.selectionBias`, `${block}.mlp.gate.e_score_correction_bias`)
  ]);
}

/** Maps of each mixture: the feedForward, our path, and the name of its block. */
export function eachMixture(
  feedForwards: TransformerOptions['feedForwards'],
  maps: (feedForward: MoeFeedForward, ours: string, block: string) => WeightMap[]
): WeightMap[] {
  return feedForwards.flatMap((feedForward, i) =>
    feedForward.kind === 'moe' ? maps(feedForward, `layers.${i}.moe`, `model.layers.${i}`) : []
  );
}
