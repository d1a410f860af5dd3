/** @file Reading what a kernel or a saved notebook holds, without ever throwing. */
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { parsePayload, PayloadError } from '@switchyard/kernel-lib/protocol';

/** A payload, or why there is none. */
export type Reading = { payload: Payload } | { problem: PayloadError };

/** Checks a value against the contract. */
export function readPayload(value: unknown): Reading {
  try {
    return { payload: parsePayload(value) };
  } catch (error) {
    if (error instanceof PayloadError) {
      return { problem: error };
    }
    throw error;
  }
}
