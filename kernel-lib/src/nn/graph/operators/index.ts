export { chebyshevTerms, dampingFactors } from './chebyshev';
export type { ChebyshevDamping } from './chebyshev';
export { sheafLaplacian } from './sheafLaplacian';
export type { RestrictionMaps, SheafLaplacianOptions } from './sheafLaplacian';
export { heatKernel } from './heat';
export type { HeatOptions } from './heat';
export { unitaryWeights } from './unitary';
