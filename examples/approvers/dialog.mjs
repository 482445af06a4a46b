#!/usr/bin/env node
// Shows a request for approval in a dialog of the desktop: exit code 0 where the person presses Approve.
import { execFile } from 'node:child_process';
import { dialogsFor } from './dialogs.mjs';
import { answerWith, readRequest } from './request.mjs';

await answerWith(async () => {
  const { request, leftMs } = await readRequest();
  const dialogs = dialogsFor(process.platform, request.text, process.env);
  for (const dialog of dialogs) {
    const answer = await show(dialog, leftMs);
    if (answer !== undefined) return answer;
  }
  throw new Error(`not installed: ${dialogs.map(({ program }) => program).join(', ')}`);
});

/** Undefined where there is no such program. It is ended when the call waits no longer. */
function show({ program, args, env, yes }, leftMs) {
  const options = { env, timeout: leftMs, killSignal: 'SIGKILL', windowsHide: true };
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, options, (error, stdout) => {
      if (error?.code === 'ENOENT') resolve(undefined);
      else if (error?.killed) reject(new Error('nobody has answered in time'));
      else if (error?.signal) reject(new Error(`${program} was ended by ${error.signal}`));
      else resolve(error === null && stdout.trim() === yes);
    });
    child.stderr.pipe(process.stderr);
  });
}
