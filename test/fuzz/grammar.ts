// Lines that clients and servers might send, most of them nearly right.
import { door } from './policies.ts';
import { Spelling } from './spelling.ts';

const IDS = [
  ...['1', '1', '2', '3', '"1"', '"a"', '""', '0', '-1', '"\\u0061"', '"__proto__"', '"a\u2028"'],
  ...['1.0', '1e0', '-0', 'null', '9007199254740993', '[1]', 'true', '{}', '01', '"\\ud800"'],
];
const TOOLS = [
  ...['a', 'a', 'get_x', 'limited', 'limited', 'delete_all', 'hidden_tool', 'secret_x', 'café'],
  ...[door.tool, door.tool, `${door.tool}:ListX`, 'get_hidden', 'Delete_All', 'delete_all\0', ''],
  ...['__proto__', 'constructor', 'a\u2028b', 'delete_all '],
];
const ARGUMENTS = [
  ...['1', '1.0', '2', '0.5', '0.50000000000000000001', '1e400', '-1', '"a"', '"1"', '"\\u0061"'],
  ...['0', '0.000001', '1e-7', 'true', 'null', '[1]', '{"x":1}', '""'],
];
const OPERATIONS = ['ListClusters', 'DeleteCluster', 'listclusters', 'List\0', ''];
const METHODS = [
  ...['tools/call', 'tools/list', 'tools/list', 'ping', 'initialize', 'prompts/get', 'tasks/get'],
  ...['resources/read', 'resources/subscribe', 'completion/complete', 'subscriptions/listen'],
  ...['tasks/result', 'tasks/update', 'tasks/list', 'notifications/tasks'],
  ...['notifications/cancelled', 'notifications/initialized', 'notifications/message'],
  ...['TOOLS/CALL', 'tools/call ', 'tools/execute', '__proto__'],
  ...['vendor/x', 'vendor/y', 'Vendor/x', 'notifications/vendor'],
  ...['roots/list', 'sampling/createMessage', 'elicitation/create'],
];
const TASKS = ['t1', 't2', 'T1', ''];
const META = 'policy-wrap/verdict';

export class Grammar extends Spelling {
  clientLine(): string {
    const kind = this.chance.int(100);
    if (kind < 47) return this.call();
    if (kind < 55) return this.message('tools/list', '{}');
    if (kind < 75) return this.message(this.method(), this.params());
    if (kind < 83) return this.cancel();
    if (kind < 90) return this.response();
    if (kind < 95) return this.array([this.call(), this.call()].slice(this.chance.int(3)));
    return this.value(4);
  }

  serverLine(): string {
    const kind = this.chance.int(100);
    if (kind < 65) return this.response();
    if (kind < 85) return this.message(this.method(), this.params());
    if (kind < 92) return this.response().replace('{}', 'NaN');
    return this.value(4);
  }

  private top(members: readonly (readonly [string, string])[]): string {
    const version: [string, string] = [
      'jsonrpc',
      this.chance.percent(97) ? '"2.0"' : this.value(0),
    ];
    return `${this.space()}${this.object([version, ...members])}${this.space()}`;
  }

  private id(): [string, string] {
    // Few ids, so that they meet; now and then one that is none.
    return [
      'id',
      this.chance.percent(75) ? (IDS[this.chance.int(8)] ?? '1') : this.chance.pick(IDS),
    ];
  }

  private method(): string {
    return this.chance.pick(METHODS);
  }

  private message(method: string, params: string): string {
    const id = this.chance.percent(method.startsWith('notifications/') ? 5 : 95);
    const members: [string, string][] = [
      ...(id ? [this.id()] : []),
      ['method', this.string(method)],
      ...(this.chance.percent(95) ? ([['params', params]] as [string, string][]) : []),
    ];
    return this.top(members);
  }

  private call(): string {
    const tool = this.chance.pick(TOOLS);
    const args = this.object(
      tool === door.tool ? [[door.argument, this.operation()]] : [['x', this.argument()]],
    );
    const members: [string, string][] = [
      ['name', this.chance.percent(97) ? this.string(tool) : this.value(1)],
      ['arguments', this.chance.percent(95) ? args : this.value(2)],
    ];
    if (this.chance.percent(5)) members.push(['task', '{"ttl":1}']);
    if (this.chance.percent(10)) members.push(['requestState', this.string('s')]);
    if (this.chance.percent(20)) members.push(['_meta', this.meta()]);
    return this.message('tools/call', this.object(members));
  }

  private argument(): string {
    return this.chance.percent(50) ? this.chance.pick(ARGUMENTS) : this.value(2);
  }

  private operation(): string {
    return this.chance.percent(85) ? this.string(this.chance.pick(OPERATIONS)) : this.value(1);
  }

  private meta(): string {
    const era = this.chance.pick(['2026-07-28', '2025-11-25']);
    return this.object([['io.modelcontextprotocol/protocolVersion', this.string(era)]]);
  }

  private params(): string {
    const uri: [string, string] = ['uri', this.string('file:///x')];
    const type = this.chance.pick(['ref/prompt', 'ref/resource']);
    return this.chance.pick([
      () => this.object([]),
      () => this.object([uri]),
      () => this.object([['name', this.string('p')]]),
      () => this.object([['taskId', this.task()], this.inputs()]),
      () => this.object([['notifications', this.object([['taskIds', this.array([this.task()])]])]]),
      () => this.object([['requestId', this.id()[1]]]),
      () => this.object([['ref', this.object([['type', this.string(type)], uri])]]),
      () =>
        this.object([
          [
            'ref',
            this.object([
              ['type', this.string(type)],
              ['name', '"p"'],
            ]),
          ],
        ]),
      () =>
        this.object([
          ['notifications', this.object([['resourceSubscriptions', this.array([this.value(0)])]])],
        ]),
      () => this.value(2),
    ])();
  }

  private task(): string {
    return this.chance.percent(90) ? this.string(this.chance.pick(TASKS)) : this.value(1);
  }

  /** What a result, or the status of a task, asks of the client. */
  private inputs(): [string, string] {
    const asked = this.object([
      ['method', this.string(this.method())],
      ['params', this.value(1)],
    ]);
    return ['inputRequests', this.object([['q', asked]])];
  }

  private cancel(): string {
    return this.message('notifications/cancelled', this.object([['requestId', this.id()[1]]]));
  }

  private response(): string {
    const both = this.chance.percent(4);
    const isError = this.chance.percent(15);
    return this.top([
      this.id(),
      ...(isError ? [] : ([['result', this.result()]] as [string, string][])),
      ...(isError || both ? ([['error', this.error()]] as [string, string][]) : []),
    ]);
  }

  private error(): string {
    return this.object([
      ['code', this.chance.pick(['-32000', '-32042', '-32042.0', '-3.2042E4'])],
      ['message', this.string('x')],
      ['data', this.marked()],
    ]);
  }

  private marked(): string {
    const keys = ['a', META, 'policy-wrap/x', 'b'].filter(() => this.chance.percent(50));
    return this.object(keys.map(key => [key, this.value(1)]));
  }

  /** A tool in a list, now and then with two names. */
  private listed(): string {
    if (this.chance.percent(10)) return this.value(1);
    const names = [this.chance.pick(TOOLS), this.chance.pick(TOOLS)];
    const named = names.slice(0, this.chance.percent(10) ? 2 : 1);
    return this.object([
      ...named.map((name): [string, string] => ['name', this.string(name)]),
      ['x', this.value(1)],
    ]);
  }

  private result(): string {
    const tools = Array.from({ length: this.chance.int(5) }, () => this.listed());
    return this.chance.pick([
      () => '{}',
      () =>
        this.object([
          ['resultType', this.string('input_required')],
          ['requestState', this.string('s')],
          this.inputs(),
        ]),
      () =>
        this.object([
          ['resultType', this.string('task')],
          ['taskId', this.task()],
        ]),
      () => this.object([['task', this.object([['taskId', this.task()]])]]),
      () =>
        this.object([
          ['tasks', this.array(TASKS.map(() => this.object([['taskId', this.task()]])))],
          ['_meta', this.marked()],
        ]),
      () =>
        this.object([
          ['content', '[]'],
          ['isError', 'true'],
          ['_meta', this.marked()],
        ]),
      () =>
        this.object([
          ['tools', this.array(tools)],
          ['_meta', this.marked()],
        ]),
      () =>
        this.object([
          ['tools', this.array(tools)],
          ['nextCursor', this.value(0)],
        ]),
      () => this.value(2),
    ])();
  }
}
