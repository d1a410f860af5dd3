export type { SubnetChoice } from './choice';
export { extract } from './extract';
export type { ExtractReport } from './extract';
export { rank } from './rank';
export type { RankOptions, RankReport } from './rank';
export { Subnet, subnet } from './subnet';
export type { SubnetCost, SubnetOptions } from './subnet';
export { Supernet, supernet } from './supernet';
export type { ElasticDimension, SubnetPoint, SupernetOptions } from './supernet';
