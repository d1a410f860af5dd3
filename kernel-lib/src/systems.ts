import { adaptiveSystems } from './systems/adaptive';
import { analysisSystems } from './systems/analysis';
import { compressSystems } from './systems/compress';
import { elasticSystems } from './systems/elastic';
import type { SystemEntry } from './systems/entry';
import { expertsSystems } from './systems/experts';
import { graphLayerSystems } from './systems/graphLayers';
import { graphLearningSystems } from './systems/graphLearning';
import { graphNetworkSystems } from './systems/graphNetworks';
import { graphStructureSystems } from './systems/graphStructure';
import { graphStudySystems } from './systems/graphStudies';
import { peftSystems } from './systems/peft';
import { pruningSystems } from './systems/pruning';
import { queriesSystems } from './systems/queries';
import { recsysSystems } from './systems/recsys';
import { routerSystems } from './systems/routers';
import { searchSystems } from './systems/search';
import { simSystems } from './systems/sim';
import { transformSystems } from './systems/transform';

export type { SystemEntry } from './systems/entry';

/** The research systems covered; `npm run systems` prints the table and checks every entry. */
export const systems: readonly SystemEntry[] = [
  ...routerSystems,
  ...expertsSystems,
  ...transformSystems,
  ...pruningSystems,
  ...compressSystems,
  ...analysisSystems,
  ...simSystems,
  ...adaptiveSystems,
  ...peftSystems,
  ...queriesSystems,
  ...recsysSystems,
  ...searchSystems,
  ...elasticSystems,
  ...graphLayerSystems,
  ...graphNetworkSystems,
  ...graphStructureSystems,
  ...graphStudySystems,
  ...graphLearningSystems
];
