export { assembleUnet } from './assembleUnet';
export { Resnet, resnet } from './resnet';
export type { ResnetOptions } from './resnet';
export { Tower } from './tower';
export type { TowerOptions } from './tower';
export { Unet, unet } from './unet';
export type { UnetOptions } from './unet';
export { VisionTransformer, vit } from './vit';
export type { VisionTransformerOptions, VitOptions } from './vit';
