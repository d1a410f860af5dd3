import { fail } from '../../base/core';
import { copyValues } from '../copyValues';
import type { Unet, UnetOptions } from './unet';

/**
 * A lighter UNet out of another's parts: of each block its first layers, all else as it is (model assembly of A-SDM, arXiv 2406.00210).
 * `adaptive.featureDistance` makes it do again what it did before. `model` stays as it is.
 *
 * @throws {SwitchyardError} where a block has fewer layers.
 */
export function assembleUnet(model: Unet, { layers }: Required<Pick<UnetOptions, 'layers'>>): Unet {
  layers.forEach((count, block) => {
    const most = model.options.layers[block];
    if (count > most) {
      fail('models.assembleUnet', `block ${block} must keep at most its ${most} layers`, count);
    }
  });
  const light = model.rebuild({ layers });
  const left = light.parameters();
  copyValues(model, light, (path) => left.has(path));
  return light;
}
