import { expectInteger, expectNumber, fail } from '../../base/core';
import { chain } from './architectureOf';
import { float, integer } from './domain';
import type { Domain } from './domain';
import { Space } from './space';
import type { Candidate } from './candidateOf';
import type { SpaceOptions } from './space';

/** A stage of a network: so many blocks of one width. */
export interface Stage {
  readonly width: number;
  readonly depth: number;
}

/** Options of `nas.regnetStages`. */
export interface RegnetOptions {
  /** Blocks. */
  depth: number;
  /** Width of the first block before it is quantised, w0. */
  w0: number;
  /** Growth of the width a block, wa. */
  wa: number;
  /** Ratio of the widths of neighbouring stages, wm. */
  wm: number;
  /** Widths are multiples of it. Default 8. */
  group?: number;
}

/**
 * Stages of a RegNet (arXiv 2003.13678, equations 2 to 4): block j would have width u_j = w0 + wa j; its exponent log(u_j / w0) / log(wm) is
 * rounded, so that widths are w0 wm^s, and then multiples of the group. Blocks of one width are a stage.
 *
 * @throws {SwitchyardError} where widths would not grow.
 */
export function regnetStages({ depth, w0, wa, wm, group = 8 }: RegnetOptions): Stage[] {
  const where = 'nas.space.regnet';
  expectInteger(where, 'depth', depth, 1);
  expectInteger(where, 'group', group, 1);
  expectNumber(where, 'w0', w0, group);
  expectNumber(where, 'wa', wa, 0);
  expectNumber(where, 'wm', wm);
  if (!(wm > 1)) {
    fail(where, 'wm must be more than 1', wm);
  }
  const widths = Array.from({ length: depth }, (_, j) => {
    const exponent = Math.round(Math.log((w0 + wa * j) / w0) / Math.log(wm));
    return Math.max(1, Math.round((w0 * wm ** exponent) / group)) * group;
  });
  return [...new Set(widths)].map((width) => ({ width, depth: widths.filter((each) => each === width).length }));
}

/** Options of `nas.space.regnet`. */
export interface RegnetSpaceOptions extends Omit<SpaceOptions, 'canonical'> {
  /** Ranges of the four numbers, as choices. Default: depth 4..16, w0 8..64 in steps of the group, wa 2..32 and wm 1.5..3. */
  choices?: Partial<Record<'depth' | 'w0' | 'wa' | 'wm', Domain>>;
  /** Widths are multiples of it. Default 8. */
  group?: number;
  /** Most stages that a candidate has. Default 4. */
  stages?: number;
}

/**
 * The space of RegNets: four numbers, of which {@link regnetStages} makes the stages: `nas.regnetStages(candidate)`. Candidates with the
 * same stages are one.
 */
export function regnet({ choices = {}, group = 8, stages = 4, constraints = [] }: RegnetSpaceOptions = {}): Space {
  const of = (candidate: Candidate): Stage[] => regnetStages({ ...(candidate as unknown as RegnetOptions), group });
  return new Space(
    {
      depth: choices.depth ?? integer(4, 16),
      w0: choices.w0 ?? integer(group, 8 * group, { step: group }),
      wa: choices.wa ?? float(2, 32, { log: true }),
      wm: choices.wm ?? float(1.5, 3)
    },
    {
      canonical: (candidate) => of(candidate).map(({ width, depth }) => [width, depth]),
      architecture: (candidate) =>
        chain(
          of(candidate).flatMap(({ width, depth }, stage) =>
            Array.from({ length: depth }, (_, i) => ({
              label: `stage ${stage + 1}.${i + 1}`,
              detail: `width ${width}`
            }))
          )
        ),
      constraints: [{ name: 'stages', of: (candidate) => of(candidate).length, atMost: stages }, ...constraints]
    }
  );
}
