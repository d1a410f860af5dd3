/** @file Width of the panel, in pixels. */

export const MIN_WIDTH = 260;
export const MAX_WIDTH = 1200;
export const DEFAULT_WIDTH = 400;

export function clampWidth(width: number): number {
  return Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)));
}
