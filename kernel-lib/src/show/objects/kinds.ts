import { tf } from '../../base/backend';
import { Module } from '../../base/core';
import { PretrainedEncoderDecoder, PretrainedTransformer } from '../../models/hub';
import type { Bundle } from '../bundle';
import { cardBundle } from './cardBundle';
import { moduleBundle } from './moduleBundle';
import { isRouting, routingBundle } from './routingBundle';
import { isSpec, specBundle } from './specBundle';
import { tensorBundle } from './tensorBundle';

/** The objects of a class, and how each is shown. */
export interface ClassKind {
  prototype: object;
  show: (value: never) => Bundle;
}

/** Plain objects that are alike, and how they are shown: the bundle, or null for a value of another kind. */
export type DataKind = (value: object) => Bundle | null;

/** Bundles of the library's own classes. */
export const CLASS_KINDS: readonly ClassKind[] = [
  classKind(tf.Tensor, tensorBundle),
  classKind(Module, moduleBundle),
  // Of a class that extends another its own is taken.
  classKind(PretrainedTransformer, cardBundle),
  classKind(PretrainedEncoderDecoder, cardBundle)
];

/** Bundles of the library's plain objects. */
export const DATA_KINDS: readonly DataKind[] = [dataKind(isRouting, routingBundle), dataKind(isSpec, specBundle)];

function classKind<T extends object>(
  type: abstract new (...args: never[]) => T,
  show: (value: T) => Bundle
): ClassKind {
  return { prototype: type.prototype as object, show };
}

function dataKind<T extends object>(is: (value: object) => value is T, show: (value: T) => Bundle): DataKind {
  return (value) => (is(value) ? show(value) : null);
}
