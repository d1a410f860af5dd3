import { relative } from 'node:path';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** The files that take longest, the longest first: where one of them begins last, the other worker waits for it. */
const LONGEST = [
  'setup/notebookInTurn',
  'kernel-lib/base/ops/sanitizer',
  'kernel-lib/search/ray',
  'kernel-lib/search/storage',
  'extension/fuzz',
  'systems/duoLLM',
  'systems/evit',
  'systems/versatileffn',
  'systems/metaDmoe',
  'systems/moeMup',
  'systems/mhr',
  'systems/tokenMixer',
  'systems/informedRouting',
  'systems/aSdm',
  'systems/taskAwareMoe',
  'systems/clipMoe'
].map((name) => `test/${name}.test.ts`);

/** Vitest's own order, which knows how long files took only where they ran before, behind the longest. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const places = new Map(LONGEST.map((file, place) => [file, place]));
    const placeOf = ({ moduleId }: TestSpecification): number =>
      places.get(relative(this.ctx.config.root, moduleId).replaceAll('\\', '/')) ?? LONGEST.length;
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b));
  }
}
