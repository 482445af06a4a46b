// Calls that become tasks, and the methods to follow them: the tasks extension of the 2026-07-28 era.
import { randomUUID } from 'node:crypto';
import { ProtocolError } from '@modelcontextprotocol/server';
import { z } from 'zod';

export const TASKS = 'io.modelcontextprotocol/tasks';

const tasks = new Map();

const isOver = ({ status }) => ['completed', 'failed', 'cancelled'].includes(status);

function change(task, to) {
  if (!isOver(task)) Object.assign(task, to, { lastUpdatedAt: new Date().toISOString() });
}

/** Starts `run`, which may ask the client for something on its way, and says what has started. */
function start(run) {
  const now = new Date().toISOString();
  const created = {
    taskId: randomUUID(),
    status: 'working',
    createdAt: now,
    lastUpdatedAt: now,
    ttlMs: 600_000,
    pollIntervalMs: 100,
  };
  const entry = { task: { ...created }, responses: {}, resume: () => {} };
  const ask = inputRequests =>
    new Promise(resolve => {
      entry.resume = resolve;
      change(entry.task, { status: 'input_required', inputRequests: { ...inputRequests } });
    });
  run(ask).then(
    result => change(entry.task, { status: 'completed', result }),
    ({ message }) => change(entry.task, { status: 'failed', error: { code: -32603, message } }),
  );
  tasks.set(created.taskId, entry);
  return { resultType: 'task', ...created };
}

const capabilitiesOf = ({ envelope }) =>
  envelope?.['io.modelcontextprotocol/clientCapabilities'] ?? {};

const knowsTasks = request => capabilitiesOf(request).extensions?.[TASKS] !== undefined;

function demandTasks(request) {
  if (knowsTasks(request)) return;
  throw new ProtocolError(-32021, 'the client does not declare tasks', {
    requiredCapabilities: { extensions: { [TASKS]: {} } },
  });
}

/** An answer that is a task for who knows of tasks, and waits for the result for who does not. */
export const asTask = run => async (args, request) =>
  knowsTasks(request) ? start(ask => run(args, ask)) : run(args);

/** An answer that is a task or an error. */
export const onlyAsTask = run => async (args, request) => {
  demandTasks(request);
  return start(ask => run(args, ask));
};

/** The responses that a task waits for arrive one by one; with the last one it goes on. */
function respond({ task, responses, resume }, arrived = {}) {
  const { inputRequests = {} } = task;
  for (const [key, response] of Object.entries(arrived)) {
    if (!Object.hasOwn(inputRequests, key)) continue;
    responses[key] = response;
    delete inputRequests[key];
  }
  if (task.status !== 'input_required' || Object.keys(inputRequests).length > 0) return;
  delete task.inputRequests;
  change(task, { status: 'working' });
  resume(responses);
}

export function serveTasks(server) {
  const serve = (method, answer) =>
    server.setRequestHandler(
      method,
      { params: z.looseObject({ taskId: z.string() }) },
      ({ taskId }, { mcpReq }) => {
        demandTasks(mcpReq);
        const entry = tasks.get(taskId);
        if (entry === undefined) throw new ProtocolError(-32602, `no such task: ${taskId}`);
        return answer(entry, mcpReq) ?? {};
      },
    );
  serve('tasks/get', ({ task }) => task);
  serve('tasks/cancel', ({ task }) => change(task, { status: 'cancelled' }));
  serve('tasks/update', (entry, { inputResponses }) => respond(entry, inputResponses));
}
