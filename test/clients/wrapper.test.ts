// Our own command line is known by its exact shape.
import { expect, test } from 'vitest';
import { unwrapped } from '../../src/clients/wrapper.ts';

test.each([
  ['node /x/bin/policy-wrap.cjs -- srv', [], ['srv']],
  ['/usr/bin/nodejs-22 /x/bin/policy-wrap.cjs -- srv', [], ['srv']],
  [`${process.execPath} /x/bin/policy-wrap.cjs -- srv`, [], ['srv']],
  [
    '/usr/bin/node /x/bin/policy-wrap.cjs --policy p.json --hide-denied -- srv --a -- b',
    ['--policy', 'p.json', '--hide-denied'],
    ['srv', '--a', '--', 'b'],
  ],
  ['C:\\node.exe C:\\pw\\bin\\policy-wrap.cjs --mode=observe -- srv', ['--mode=observe'], ['srv']],
  ['policy-wrap -- srv', [], ['srv']],
  ['/opt/bin/policy-wrap.cmd run --server a -- srv', ['--server', 'a'], ['srv']],
  ['npx -y policy-wrap@1.2.3 -- srv', [], ['srv']],
  ['npx policy-wrap --a-newer-option x -- srv', ['--a-newer-option', 'x'], ['srv']],
  ['cmd /c npx --yes policy-wrap@latest -- srv', [], ['srv']],
])('%s', (line, options, inner) => {
  expect(unwrapped(line.split(' '))).toMatchObject({ options, inner });
});

test.each([
  'npx -y server -- policy-wrap',
  'npx -y not-policy-wrap -- srv',
  'npx -y policy-wrapper -- srv',
  'npx -y policy-wrap@npm:other -- srv',
  'npx -y policy-wrap@file:other -- srv',
  'node /x/policy-wrap.cjs -- srv',
  'node server.js /x/bin/policy-wrap.cjs -- srv',
  'policy-wrap --',
  'policy-wrap log',
  'policy-wrap srv -- x',
  'policy-wrap --policy -- x',
  'bash -c policy-wrap -- srv',
])('not %s', line => {
  expect(unwrapped(line.split(' '))).toBeUndefined();
});
