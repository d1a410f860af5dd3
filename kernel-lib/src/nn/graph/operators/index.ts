export { chebyshevTerms, dampingFactors } from './chebyshev';
export type { ChebyshevDamping } from './chebyshev';
