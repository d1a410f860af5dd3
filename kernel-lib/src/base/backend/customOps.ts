import { existsSync, readFileSync } from 'fs';
import { join } from 'path';
import { device, isNative } from './load';

/** Where set-up leaves the library of custom ops; another build of it may be named, for one with a sanitizer, or "none". */
const LIBRARY =
  process.env.SWITCHYARD_CUSTOM_OPS ?? join(__dirname, '..', '..', '..', 'native', 'build', 'switchyard_ops.node');

let state: { ready: boolean; loadError: string | null } | null = null;
let enabled = true;

/**
 * True where the custom ops of `native/ops` can run: native TensorFlow on the CPU, and the library built by set-up.
 * Elsewhere the same functions are composed of TensorFlow's own ops.
 */
export function hasCustomOps(): boolean {
  return enabled && isNative() && load().ready;
}

/** Why the library of custom ops is not in use; null where it is. */
export function customOpsError(): string | null {
  return isNative() ? load().loadError : 'plain TensorFlow.js runs';
}

/** Switches the custom ops off or on again, to compare with the composed path. */
export function useCustomOps(on: boolean): void {
  enabled = on;
}

function load(): { ready: boolean; loadError: string | null } {
  state ??= open();
  return state;
}

function open(): { ready: boolean; loadError: string | null } {
  if (device().kind === 'gpu') {
    return { ready: false, loadError: 'they are written for the CPU' };
  }
  if (LIBRARY === 'none') {
    return { ready: false, loadError: 'SWITCHYARD_CUSTOM_OPS is none' };
  }
  if (!existsSync(LIBRARY)) {
    return { ready: false, loadError: 'the library of custom ops has not been built' };
  }
  try {
    withBlasKernels(() => process.dlopen({ exports: {} } as unknown as NodeJS.Module, LIBRARY));
    return { ready: true, loadError: null };
  } catch (error) {
    return { ready: false, loadError: error instanceof Error ? error.message.split('\n')[0] : String(error) };
  }
}

// OpenBLAS reads the variable when it loads. The kernels of a shell's variable, or those OpenBLAS takes on processors that it
// does not know, may have half the speed; and each sums in another order, so that numbers would hang on the shell. It is put
// back, since other programs are started with other copies of OpenBLAS.
function withBlasKernels(load: () => void): void {
  const kernels = process.platform === 'linux' ? blasKernels(readFileSync('/proc/cpuinfo', 'utf8')) : null;
  const before = process.env.OPENBLAS_CORETYPE;
  if (kernels !== null) {
    process.env.OPENBLAS_CORETYPE = kernels;
  }
  try {
    load();
  } finally {
    if (before === undefined) {
      delete process.env.OPENBLAS_CORETYPE;
    } else {
      process.env.OPENBLAS_CORETYPE = before;
    }
  }
}

/** OpenBLAS's name of its kernels for the processor's vector instructions; null where it is left to choose. */
export function blasKernels(cpu: string): string | null {
  const has = (flag: string): boolean => new RegExp(`^flags\\b.*\\s${flag}\\b`, 'm').test(cpu);
  if (['avx512f', 'avx512bw', 'avx512dq', 'avx512vl'].every(has)) {
    return 'SkylakeX';
  }
  return ['avx2', 'fma'].every(has) ? 'Haswell' : null;
}
