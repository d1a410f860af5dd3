/** @file The only door to TensorFlow.js: every other file takes `tf` from here, so that the native backend is loaded first. */
import { takeDenseProducts } from './denseProducts';
import { takeElementwise } from './elementwise';
import { takeReshape } from './reshape';
import { tapeSavedOutputs } from './savedOutputs';
import { mendScopeResults } from './scopeResults';
import { mendSinglePieces } from './singlePieces';
import { takeSoftmax } from './softmax';

takeDenseProducts();
takeElementwise();
takeReshape();
takeSoftmax();
tapeSavedOutputs();
mendScopeResults();
mendSinglePieces();

export { asBackwardPass } from './backwardPass';
export { customOpsError, hasCustomOps, useCustomOps } from './customOps';
export { device, executeMultiple, executeSingle, isNative } from './load';
export type { Attributes, Device } from './load';
export { machine } from './machine';
export type { Machine } from './machine';
export * as tf from '@tensorflow/tfjs';
