/** How this command was called, for hints that can be pasted: `mix`, `npx mix`, or the workspace's script that runs it. */
export function commandName(environment: NodeJS.ProcessEnv = process.env): string {
  const { npm_lifecycle_event: script, npm_config_user_agent: agent = '', npm_command: npm } = environment;
  const pnpm = /^pnpm\/(\S+)/.exec(agent)?.[1];
  const ours = script === 'mix' || script === 'quickstart';
  if (pnpm !== undefined) return ours ? `npx --yes pnpm@${pnpm} mix` : 'mix';
  return npm === 'exec' ? 'npx mix' : 'mix';
}
