import { because } from './because';

/** False where the whole of the tests runs without the custom ops, as on a GPU. */
export const CUSTOM_OPS = process.env.SWITCHYARD_CUSTOM_OPS !== 'none';

/** Options of tests that are of the custom ops themselves. */
export const ofCustomOps = because('the custom ops are switched off');
