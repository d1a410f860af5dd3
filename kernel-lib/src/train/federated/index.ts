export { federatedAverage } from './average';
export { federated } from './federated';
export type { FederatedClient, FederatedOptions, FederatedReport } from './federated';
