// Settings of V8 for a program that does the same few things for every message, from its first one on.

/** The newest version of Node with which the settings below were tried. */
const LAST_TRIED = 26;

const MAJOR = Number.parseInt(process.versions.node, 10);

const SETTINGS = [
  // The space for young objects may grow to 48 MB. What is made for a message is garbage soon after:
  // without that growth a busy wrapper takes a third less memory and is no slower.
  '--semi-space-growth-factor=1',
  // By itself V8 optimises a function after 130 KB of its bytecode have run, since Node 22 after 3,000
  // calls of it and more: the first tens of thousands of messages would take the slow way. Of a setting
  // that it does not know V8 speaks on stderr.
  MAJOR < 22 ? '--interrupt-budget=8000' : '--invocation-count-for-turbofan=1000',
  // From Node 24 on old objects may double before they are looked through, and a busy wrapper takes 10 to
  // 40 MB more, the longer the more.
  ...(MAJOR < 24 ? [] : ['--heap-growing-percent=30']),
  // What a message takes is many small functions, which V8 by itself puts into each other up to 920 bytes
  // of bytecode. With more of it a call takes 3 % less, and the first thousands of calls no more.
  '--max-inlined-bytecode-size-cumulative=2500',
];

/** Not before the server is started: what runs but once is not to be optimised. */
export function tuneV8(): void {
  if (MAJOR > LAST_TRIED) return;
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  for (const setting of SETTINGS) setFlagsFromString(setting);
}
