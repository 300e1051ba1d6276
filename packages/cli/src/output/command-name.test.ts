import { expect, it } from 'vitest';
import { commandName } from './command-name.js';

const agent = 'pnpm/10.34.9 npm/? node/v20.20.2 linux x64';

it.each([
  [{}, 'mix'],
  [{ npm_lifecycle_event: 'quickstart', npm_config_user_agent: agent }, 'npx --yes pnpm@10.34.9 mix'],
  [{ npm_lifecycle_event: 'test', npm_config_user_agent: agent }, 'mix'],
  [{ npm_lifecycle_event: 'mix', npm_config_user_agent: 'npm/10' }, 'mix'],
  [{ npm_command: 'exec', npm_lifecycle_event: 'npx', npm_config_user_agent: 'npm/10' }, 'npx mix'],
  [{ npm_command: 'exec', npm_config_user_agent: agent }, 'mix'],
])('%j is %s', (environment, name) => {
  expect(commandName(environment)).toBe(name);
});
