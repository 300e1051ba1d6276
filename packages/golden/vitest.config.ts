import { preset } from '../../vitest.preset.js';

export default preset({ testTimeout: 180_000 });
