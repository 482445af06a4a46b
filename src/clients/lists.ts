// Lists of servers that Claude Code may start or not, where they go by the command line: a wrapped server is
// neither on the one nor on the other.
import { join } from 'node:path';
import { parseJson } from './format/json.ts';
import { at } from './format/tree.ts';
import { existing, literal, type Surroundings, variable } from './paths.ts';
import { readSource } from './source.ts';

const MANAGED = {
  darwin: '/Library/Application Support/ClaudeCode',
  linux: '/etc/claude-code',
  win32: '%ProgramFiles%/ClaudeCode',
};

/** The files with such a list, sorted by whom they bind: the administrator's first. */
export function commandLists(around: Surroundings, projects: readonly string[]): string[] {
  const { platform, env } = around;
  const managed = platform === 'darwin' || platform === 'win32' ? MANAGED[platform] : MANAGED.linux;
  const moved = variable(env, 'CLAUDE_CONFIG_DIR');
  const own = moved === undefined ? '~/.claude' : literal(moved);
  const patterns = [
    `${managed}/managed-settings.json`,
    `${managed}/managed-settings.d/*.json`,
    `${own}/settings.json`,
    ...projects.flatMap(project =>
      ['settings.json', 'settings.local.json'].map(name => join(literal(project), '.claude', name)),
    ),
  ];
  return patterns.flatMap(pattern => existing(pattern, around)).filter(listsCommands);
}

// A file that cannot be read may hold one.
function listsCommands(file: string): boolean {
  try {
    const parsed = parseJson(readSource(file).text, { comments: true, trailingCommas: true });
    if ('fault' in parsed) return true;
    return ['allowedMcpServers', 'deniedMcpServers'].some(key => {
      const list = at(parsed.tree, key);
      return list?.kind === 'list' && list.items.some(item => at(item, 'serverCommand'));
    });
  } catch {
    return true;
  }
}
