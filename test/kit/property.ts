import fc from 'fast-check';

import { SEED } from './seed.js';

// Properties draw from the seed of the run. fast-check also prints it with a counterexample.
fc.configureGlobal({ seed: SEED });

export default fc;
