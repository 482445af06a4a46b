// The person at the terminal: whether there is one, and what they type.
import { createInterface } from 'node:readline';
import type tty from 'node:tty';
import { PolicyWrapError } from '../errors.ts';

/**
 * Throws `PW_TERMINAL` where standard input is no terminal: an answer is a person's, and what an agent
 * runs has none as a rule. Nothing is said that would help to get round it.
 */
export function requireTerminal(): void {
  if (!process.stdin.isTTY)
    throw noTerminal('a request is answered at a terminal, and there is none');
}

/**
 * Throws `PW_TERMINAL` where nobody sees what is printed. A program that keeps what others print for
 * itself often leaves them its input, the terminal it was started from.
 */
export function requireViewer(): void {
  if (!process.stdout.isTTY)
    throw noTerminal('--yes is for whoever sees the request, and it is not printed to a terminal');
}

function noTerminal(message: string): PolicyWrapError {
  const help = 'the answer is for a person to give, in a terminal window of their own';
  return new PolicyWrapError('PW_TERMINAL', message, { help });
}

/** Where the person sees what they must see, even where output goes elsewhere. */
export function terminal(): tty.WriteStream {
  return process.stdout.isTTY ? process.stdout : process.stderr;
}

/** True where they type `y`; anything else, and the end of input, is a no. */
export async function askYes(question: string): Promise<boolean> {
  terminal().write(`${question} type y: `);
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    for await (const line of lines) return /^\s*y(es)?\s*$/i.test(line);
    terminal().write('\n');
    return false;
  } finally {
    lines.close();
  }
}

/**
 * Calls `press` for each key until the returned function is called or the terminal is gone, which calls
 * `gone`. Several at once are no key: they were pasted, or belong to an arrow.
 */
export function onKeys(press: (key: string) => void, gone: () => void): () => void {
  const { stdin } = process;
  const pressed = (chunk: Buffer) => {
    const text = chunk.toString('utf8');
    if (text.length === 1) press(text.toLowerCase());
    else if (text.includes(INTERRUPT)) press(INTERRUPT);
  };
  stdin.setRawMode(true);
  stdin.on('data', pressed).once('end', gone).once('error', gone).resume();
  return () => {
    stdin.off('data', pressed).off('end', gone).pause();
    stdin.setRawMode(false);
  };
}

/** Ctrl-C, which is a key like others then. */
export const INTERRUPT = '\u0003';
