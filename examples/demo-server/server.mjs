#!/usr/bin/env node
// An MCP server over stdio without any dependency: the protocol; what its tools do is in tools.mjs.
import { ToolError, tools } from './tools.mjs';

/** Versions that start with `initialize`, newest first. */
const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
/** The version without a handshake: every request names it in `params._meta`. */
const MODERN_VERSION = '2026-07-28';

const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities';
const SERVER_KEY = 'io.modelcontextprotocol/serverInfo';

const serverInfo = { name: 'policy-wrap-demo', version: '1.0.0' };
const capabilities = { tools: {} };
const instructions =
  'ECS clusters and message streams that exist only in the memory of this process.';
const TOOLS_PER_PAGE = 4;

/** An error that goes out as a JSON-RPC error. */
class RpcError extends Error {
  constructor(code, message, data) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;
const UNSUPPORTED_VERSION = -32022;

// What every version answers.
const methods = { 'tools/list': listTools, 'tools/call': callTool };
const legacyMethods = { ...methods, initialize, ping: () => ({}) };
const modernMethods = { ...methods, 'server/discover': discover };

function initialize({ protocolVersion }) {
  if (typeof protocolVersion !== 'string')
    throw new RpcError(INVALID_PARAMS, 'protocolVersion must be a string');
  const known = LEGACY_VERSIONS.includes(protocolVersion);
  return {
    protocolVersion: known ? protocolVersion : LEGACY_VERSIONS[0],
    capabilities,
    serverInfo,
    instructions,
  };
}

function discover() {
  return { supportedVersions: [MODERN_VERSION], capabilities, instructions, ...uncached };
}

/** What 2026-07-28 asks of a reply that a client could keep: here it must always ask again. */
const uncached = { ttlMs: 0, cacheScope: 'private' };

function listTools({ cursor }, modern) {
  const start = cursor === undefined ? 0 : readCursor(cursor);
  const end = start + TOOLS_PER_PAGE;
  return {
    tools: tools.slice(start, end).map(({ run, ...definition }) => definition),
    ...(end < tools.length && { nextCursor: writeCursor(end) }),
    ...(modern && uncached),
  };
}

function writeCursor(start) {
  return Buffer.from(`tools from ${start}`).toString('base64url');
}

function readCursor(cursor) {
  for (let start = TOOLS_PER_PAGE; start < tools.length; start += TOOLS_PER_PAGE)
    if (cursor === writeCursor(start)) return start;
  throw new RpcError(INVALID_PARAMS, 'Invalid cursor');
}

function callTool({ name, arguments: args = {} }) {
  const tool = tools.find(tool => tool.name === name);
  if (!tool) throw new RpcError(INVALID_PARAMS, `Unknown tool: ${name}`);
  if (!isObject(args)) throw new RpcError(INVALID_PARAMS, 'arguments must be an object');
  try {
    return { content: [{ type: 'text', text: JSON.stringify(tool.run(args)) }] };
  } catch (error) {
    // What the tool refuses is a result, so that the model can read it and try again.
    if (!(error instanceof ToolError)) throw error;
    return { content: [{ type: 'text', text: error.message }], isError: true };
  }
}

/** The result of one request. There is no session: what a request needs to say, it says itself. */
function perform({ method, params = {} }) {
  const version = params._meta?.[VERSION_KEY];
  const modern = version !== undefined;
  if (modern && version !== MODERN_VERSION)
    throw new RpcError(UNSUPPORTED_VERSION, 'Unsupported protocol version', {
      supported: [MODERN_VERSION],
      requested: version,
    });
  if (modern && !isObject(params._meta[CAPABILITIES_KEY]))
    throw new RpcError(INVALID_PARAMS, `_meta lacks ${CAPABILITIES_KEY}`);

  const known = modern ? modernMethods : legacyMethods;
  if (!Object.hasOwn(known, method))
    throw new RpcError(METHOD_NOT_FOUND, `Method not found: ${method}`);
  const result = known[method](params, modern);
  return modern
    ? { resultType: 'complete', ...result, _meta: { [SERVER_KEY]: serverInfo } }
    : result;
}

/** The reply to one line of input, or nothing for notifications and responses. */
function reply(line) {
  let message;
  try {
    message = JSON.parse(line);
  } catch {
    return failure(undefined, new RpcError(PARSE_ERROR, 'Parse error'));
  }
  const id = readId(message);
  if (
    !isObject(message) ||
    message.jsonrpc !== '2.0' ||
    (message.params !== undefined && !isObject(message.params))
  )
    return failure(id, new RpcError(INVALID_REQUEST, 'Invalid request'));
  if (message.method === undefined || !Object.hasOwn(message, 'id')) return undefined;
  if (id === undefined || typeof message.method !== 'string')
    return failure(id, new RpcError(INVALID_REQUEST, 'Invalid request'));
  try {
    return { jsonrpc: '2.0', id, result: perform(message) };
  } catch (error) {
    return failure(id, error);
  }
}

function readId(message) {
  const id = message?.id;
  return typeof id === 'string' || Number.isSafeInteger(id) ? id : undefined;
}

function failure(id, error) {
  const known = error instanceof RpcError;
  const { code, message, data } = known ? error : new RpcError(INTERNAL_ERROR, String(error));
  return {
    jsonrpc: '2.0',
    ...(id !== undefined && { id }),
    error: { code, message, ...(data && { data }) },
  };
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// One message a line. Only input keeps the process alive: at its end, and on SIGTERM, it is gone.
let rest = '';
process.stdin.setEncoding('utf8').on('data', chunk => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines.filter(line => line.trim() !== '')) {
    const answer = reply(line);
    if (answer) process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
});
// A client that no longer reads is a client that has left.
process.stdout.on('error', () => process.exit(0));
