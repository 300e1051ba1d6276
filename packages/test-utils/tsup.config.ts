import { preset } from '../../tsup.preset.js';

// The second is free of vitest, for code that runs outside of tests.
export default preset({ entry: ['src/index.ts', 'src/tiny-network.ts'] });
