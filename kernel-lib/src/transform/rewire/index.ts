/** @file Rewiring: a graph in, a new graph and an account of it out. */
export { borf } from './borf';
export type { BorfOptions } from './borf';
export { delay } from './delay';
export type { DelayedShell, DelayOptions, DelayRewiring } from './delay';
export { effectiveResistance } from './effectiveResistance';
export type { ResistanceOptions } from './effectiveResistance';
export { expander } from './expander';
export type { ExpanderOptions, ExpanderRewiring } from './expander';
export { fosr } from './fosr';
export type { FosrOptions } from './fosr';
export { laser } from './laser';
export type { LaserOptions } from './laser';
export { sdrf } from './sdrf';
export type { SdrfOptions } from './sdrf';
export { virtualNode } from './virtualNode';
export type { VirtualNodeOptions } from './virtualNode';
export type { RewiredEdge, Rewiring, RewiringReport, ShapeProbes } from './rewiring';
