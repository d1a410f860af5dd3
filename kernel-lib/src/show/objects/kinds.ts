import { tf } from '../../base/backend';
import { Axis, Module, Stored } from '../../base/core';
import { PretrainedEncoderDecoder, PretrainedTransformer } from '../../models/hub';
import type { Bundle } from '../bundle';
import { cardBundle, cardTitle } from './cardBundle';
import { historyBundle, isHistory } from './historyBundle';
import { moduleBundle, moduleTitle } from './moduleBundle';
import { isPruned, isPruningGroups, prunedBundle, pruningGroupsBundle } from './pruningBundle';
import { isRewiring, rewiringBundle } from './rewiringBundle';
import { isRouting, routingBundle } from './routingBundle';
import { isSpec, specBundle } from './specBundle';
import {
  axesBundle,
  axisBundle,
  axisTitle,
  isAxes,
  isStoredMap,
  storedBundle,
  storedMapBundle,
  storedTitle
} from './storedBundle';
import { tensorBundle, tensorTitle } from './tensorBundle';

/** The objects of a class, and how each is shown. */
export interface ClassKind {
  prototype: object;
  show: (value: never) => Bundle;
  /** One line, for where it stands within another value. */
  brief: (value: never) => string;
}

/** Plain objects and maps that are alike, and how they are shown: the bundle, or null for a value of another kind. */
export type DataKind = (value: object) => Bundle | null;

/** Bundles of the library's own classes. */
export const CLASS_KINDS: readonly ClassKind[] = [
  classKind(tf.Tensor, tensorBundle, tensorTitle),
  classKind(Module, moduleBundle, moduleTitle),
  // Of a class that extends another its own is taken.
  classKind(PretrainedTransformer, cardBundle, cardTitle),
  classKind(PretrainedEncoderDecoder, cardBundle, cardTitle),
  classKind(Stored, storedBundle, storedTitle),
  classKind(Axis, axisBundle, axisTitle)
];

/** Bundles of the library's plain objects and maps. */
export const DATA_KINDS: readonly DataKind[] = [
  dataKind(isRouting, routingBundle),
  dataKind(isSpec, specBundle),
  dataKind(isHistory, historyBundle),
  dataKind(isStoredMap, storedMapBundle),
  // Groups are axes as well.
  dataKind(isPruningGroups, pruningGroupsBundle),
  dataKind(isAxes, axesBundle),
  dataKind(isPruned, prunedBundle),
  dataKind(isRewiring, rewiringBundle)
];

function classKind<T extends object>(
  { prototype }: { prototype: T },
  show: (value: T) => Bundle,
  brief: (value: T) => string
): ClassKind {
  return { prototype, show, brief };
}

function dataKind<T extends object>(is: (value: object) => value is T, show: (value: T) => Bundle): DataKind {
  return (value) => (is(value) ? show(value) : null);
}
