// Conversations that the fuzzer once stumbled over: played again in every run of the tests.
import type { Scenario } from './conversation.ts';

export const conversations: readonly (Scenario & { readonly name: string })[] = [
  {
    name: 'an id whose cancelled call got an unreadable answer is free again',
    rules: 2,
    cap: 1 << 20,
    cuts: [],
    goneBefore: 3,
    events: [
      {
        from: 'client',
        bytes: Buffer.from(
          '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}\n{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n',
        ),
      },
      { from: 'server', bytes: Buffer.from('{"id":1,"result":NaN}\n') },
      { from: 'client', bytes: Buffer.from('{"jsonrpc":"2.0","id":1,"method":"no/such"}\n') },
    ],
  },
  {
    name: 'a batch of two ids in flight gets two errors without an id',
    rules: 2,
    cap: 1 << 20,
    cuts: [7],
    goneBefore: 2,
    events: [
      {
        from: 'client',
        bytes: Buffer.from(
          '{"jsonrpc":"2.0","id":0,"method":"ping"}\n{"jsonrpc":"2.0","id":1,"method":"ping"}\n',
        ),
      },
      { from: 'client', bytes: Buffer.from('[{"id":1.0},{"id":0}]\n') },
    ],
  },
];
