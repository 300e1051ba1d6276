import { preset } from '../../vitest.preset.js';

// Of all packages it is tested last, when nobody else needs the other core.
export default preset({ maxWorkers: 2 });
