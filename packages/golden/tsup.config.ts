import { preset } from '../../tsup.preset.js';

export default preset({ entry: ['src/main.ts'] });
