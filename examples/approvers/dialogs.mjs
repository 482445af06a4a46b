// The dialogs of each desktop, as command lines. What an agent has written is one argument or one
// variable, and no script is ever made of it.

const TITLE = 'policy-wrap';
const QUESTION = 'An agent asks for your approval.';

// The text is an argument of the script. Esc and Enter press Deny.
const APPLE_SCRIPT = `on run argv
  set answer to display dialog (item 1 of argv) with title (item 2 of argv) ¬
    buttons {"Deny", "Approve"} default button "Deny" cancel button "Deny" with icon caution
  return button returned of answer
end run`;

// 4: Yes and No; 48: a warning; 256: No is the default; 4096: in front of other windows. 6 is Yes.
const POWER_SHELL = `$shell = New-Object -ComObject WScript.Shell
$answer = $shell.Popup($env:APPROVAL_TEXT, 0, $env:APPROVAL_TITLE, 4 + 48 + 256 + 4096)
if ($answer -eq 6) { 'Approve' }`;

/**
 * Those to try, in order, each `{program, args, env, yes}`: exit code 0 and `yes` on stdout mean that the
 * person has pressed Approve.
 */
export function dialogsFor(platform, text, env) {
  const shown = `${QUESTION}\n\n${text}`;
  if (platform === 'darwin') return [appleScript(shown, env)];
  if (platform === 'win32') return [powerShell(shown, env)];
  const dialogs = [zenity(shown, env), kdialog(shown, env)];
  return /kde/i.test(env.XDG_CURRENT_DESKTOP ?? '') ? dialogs.reverse() : dialogs;
}

function appleScript(text, env) {
  const args = ['-e', APPLE_SCRIPT, text, TITLE];
  return { program: '/usr/bin/osascript', args, env, yes: 'Approve' };
}

function powerShell(text, env) {
  return {
    // Not looked for on the PATH, which on Windows begins with the folder that the agent works in.
    program: `${env.SystemRoot ?? 'C:\\Windows'}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`,
    args: ['-NoProfile', '-NonInteractive', '-Command', POWER_SHELL],
    env: { ...env, APPROVAL_TEXT: text, APPROVAL_TITLE: TITLE },
    yes: 'Approve',
  };
}

function zenity(text, env) {
  const labels = [`--title=${TITLE}`, '--ok-label=Approve', '--cancel-label=Deny'];
  const args = ['--question', '--no-markup', '--default-cancel', ...labels, '--width=600'];
  return { program: 'zenity', args: [...args, `--text=${text}`], env: utf8(env), yes: '' };
}

// Its questions have Yes as the default and no way to change that; of a list, the choice can be set.
function kdialog(text, env) {
  const choices = ['deny', 'Deny', 'on', 'approve', 'Approve this call', 'off'];
  const args = ['--title', TITLE, '--radiolist', plain(text), ...choices];
  return { program: 'kdialog', args, env: utf8(env), yes: 'approve' };
}

/** kdialog wraps no lines, takes `\n` for a new one, and what looks like HTML for that. */
function plain(text) {
  const wrapped = text.replace(/.{80}(?=.)/gu, '$&\n      ');
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  const html = wrapped.replace(/[&<>]/g, char => entities[char]).replaceAll('\\', '\\\\');
  return `<p align="left" style="white-space: pre">${html}</p>`;
}

// Clients start servers without a locale, and then nothing but ASCII could be shown.
function utf8(env) {
  return { ...env, LC_ALL: 'C.UTF-8' };
}
