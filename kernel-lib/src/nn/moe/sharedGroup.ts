import { tf } from '../../base/backend';
import { Axis, expectInteger, Module, refuseOldNames, sizeOf } from '../../base/core';
import type { Context } from '../../base/core';
import type { ExpertBank } from '../experts/expertBank';
import { ownedElsewhere } from '../experts/ownedElsewhere';
import { expertsOf } from '../experts/specs';
import type { RouterSpec } from '../routers';
import { layer } from './layer';
import type { MoeLayer, MoeLayerOptions } from './layer';

/** Options of `moe.sharedGroup`. */
export interface SharedGroupOptions extends Omit<MoeLayerOptions, 'router'> {
  /** Layers of the group, r. */
  group: number;
  /**
   * The router of layer i, given all r E experts in order of distance from it: its own, then its neighbours'. A router with
   * `routers.progressivePool` lets the others in by and by.
   */
  router: (nearest: number[], layer: number) => RouterSpec;
}

/** Layers that share their experts; see {@link sharedGroup}. */
export interface SharedGroup extends Module {
  /** Experts of all layers, E of each in turn; [r E]. */
  readonly experts: ExpertBank;
  readonly layers: readonly MoeLayer[];
}

/**
 * A group of r layers with E experts each, in which a layer may use the others' experts too (ReXMoE, arXiv 2510.17483): no more
 * parameters than r separate layers but the router's columns. `apply` is the layers in turn, each with a residual; a model
 * uses `layers` one by one. `experts` is E of one layer.
 *
 * @throws {SwitchyardError} as `moe.layer` does.
 */
export function sharedGroup(options: SharedGroupOptions): SharedGroup {
  expectInteger('moe.sharedGroup', 'group', options.group, 1);
  refuseOldNames('moe.sharedGroup', options, { numExperts: 'experts' });
  expectInteger('moe.sharedGroup', 'experts', sizeOf(options.experts), 1);
  return new LayersWithSharedExperts(options);
}

class LayersWithSharedExperts extends Module implements SharedGroup {
  readonly kind = 'shared-group';
  readonly experts: ExpertBank;
  readonly layers: readonly MoeLayer[];

  constructor({ group, router, expertKind: experts = 'plain', ...shape }: SharedGroupOptions) {
    super();
    const { random } = shape;
    const perLayer = sizeOf(shape.experts);
    const axes = { width: Axis.of('width', shape.width), hidden: Axis.of('hidden', shape.hidden) };
    const spec = expertsOf(experts);
    const numExperts = group * perLayer;
    this.experts = this.addChild(
      'experts',
      spec.build({ ...shape, ...axes, numExperts, random: random.child('experts') })
    );
    this.layers = Array.from({ length: group }, (_, i) => {
      const own = {
        router: router(nearestFirst(i, group, perLayer), i),
        expertKind: ownedElsewhere('experts'),
        live: { experts: this.experts }
      };
      return this.addChild(
        `${i}`,
        layer({ sharedKind: spec, ...shape, ...axes, ...own, experts: numExperts, random: random.child(i) })
      );
    });
  }

  /** 0: the work of the shared experts is counted in the layers. */
  override childShare(name: string): number {
    return name === 'experts' ? 0 : 1;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => this.layers.reduce((y, each, i) => y.add(each.apply(y, ctx.within(`${i}`))), x));
  }
}

function nearestFirst(layer: number, group: number, perLayer: number): number[] {
  const distance = (expert: number): number => Math.abs(Math.floor(expert / perLayer) - layer);
  return Array.from({ length: group * perLayer }, (_, expert) => expert).sort((a, b) => distance(a) - distance(b));
}
