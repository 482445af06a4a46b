// What the approvers share: the request on their input, and the exit code that is their answer.
import { text } from 'node:stream/consumers';

/** What timers can be set to. */
const LONGEST_MS = 2 ** 31 - 1;

/** The line as it came, what it says, and the milliseconds for which its call still waits. */
export async function readRequest() {
  const line = await text(process.stdin);
  const request = JSON.parse(line);
  const leftMs = Math.floor(Date.parse(request.expiresAt) - Date.now());
  if (!(leftMs > 0)) throw new Error('the call does not wait for an answer any more');
  return { line, request, leftMs: Math.min(leftMs, LONGEST_MS) };
}

/** Exit code 0 where `ask` comes to `true`, 1 where it comes to `false`, 2 where nobody could be asked. */
export async function answerWith(ask) {
  process.exitCode = 2;
  try {
    const answer = await ask();
    if (typeof answer === 'boolean') process.exitCode = answer ? 0 : 1;
    if (answer === false) say('a person said no, or closed the question');
  } catch (error) {
    say([error.message, error.cause?.message].filter(Boolean).join(': '));
  }
}

function say(why) {
  process.stderr.write(`not approved: ${why}\n`);
}
