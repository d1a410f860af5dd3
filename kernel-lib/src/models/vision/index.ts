export { assembleUnet } from './assembleUnet';
export { Tower } from './tower';
export type { TowerOptions } from './tower';
export { Unet, unet } from './unet';
export type { UnetOptions } from './unet';
export { VisionTransformer, vit } from './vit';
export type { VisionTransformerOptions, VitOptions } from './vit';
