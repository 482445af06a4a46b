// The demo server's tools: a small part of Amazon ECS and of a stream store, in memory.

/** What a tool refuses to do; becomes a result with `isError`. */
export class ToolError extends Error {}

/** name → { status, services: name → desired count } */
const clusters = new Map([
  ['production', { status: 'ACTIVE', services: new Map([['web', 2]]) }],
  ['staging', { status: 'ACTIVE', services: new Map([['web', 1]]) }],
]);

/** key of the stream → names of its consumer groups */
const streams = new Map();

const text = description => ({ type: 'string', description });

/** `tools/list` shows everything but `run`. */
export const tools = [
  tool({
    name: 'containerize_app',
    description: 'Start here to run an application locally or to deploy it to the cloud.',
    properties: {
      app_path: text('Absolute path of the web application'),
      port: { type: 'integer', description: 'Port the application listens on' },
    },
    required: ['app_path', 'port'],
    run: ({ app_path, port }) => ({
      guidance: `Write a Dockerfile in ${app_path} that exposes ${port}, then build an image.`,
    }),
  }),
  tool({
    name: 'ecs_resource_management',
    description:
      'Execute ECS API operations directly. Operations: ListClusters, DescribeClusters, ' +
      'CreateCluster, DeleteCluster, ListServices, UpdateService.',
    properties: {
      api_operation: text('The ECS API operation to execute (CamelCase)'),
      api_params: { type: 'object', description: 'Parameters of the operation' },
    },
    required: ['api_operation'],
    run: ({ api_operation, api_params = {} }) => {
      if (!Object.hasOwn(operations, api_operation))
        throw new ToolError(
          `Unsupported API operation: ${api_operation}. Must be one of: ${Object.keys(operations).join(', ')}`,
        );
      return operations[api_operation](api_params);
    },
  }),
  tool({
    name: 'ecs_troubleshooting_tool',
    description: 'ECS troubleshooting tool with multiple diagnostic actions.',
    properties: {
      action: {
        type: 'string',
        enum: ['get_ecs_troubleshooting_guidance', 'fetch_service_events', 'fetch_task_logs'],
      },
      parameters: { type: 'object', description: 'Parameters of the action' },
    },
    required: ['action'],
    run: ({ action }) => ({ action, findings: [] }),
  }),
  tool({
    name: 'wait_for_service_ready',
    description: 'Waits for ECS tasks in a service to reach RUNNING status.',
    properties: { cluster: text('Name of the cluster'), service_name: text('Name of the service') },
    required: ['cluster', 'service_name'],
    run: ({ cluster, service_name }) => ({
      service: service_name,
      running: findService(cluster, service_name),
    }),
  }),
  tool({
    name: 'delete_app',
    description: 'Deletes a complete deployment: its service and its image repository.',
    properties: {
      service_arn: text('ARN of the service to delete'),
      app_name: text('Name of the application'),
    },
    required: ['service_arn', 'app_name'],
    run: ({ service_arn, app_name }) => {
      const [cluster = '', service = ''] = service_arn.split('/').slice(1);
      findService(cluster, service);
      findCluster(cluster).services.delete(service);
      return { deleted: [service_arn, `ECR repository: ${app_name}-repo`] };
    },
  }),
  tool({
    name: 'stream_group_create',
    description: 'Create consumer group.',
    properties: { key: text('Key of the stream'), group_name: text('Name of the group') },
    required: ['key', 'group_name'],
    run: ({ key, group_name }) => {
      const groups = streams.get(key) ?? new Set();
      if (groups.has(group_name)) throw new ToolError(`BUSYGROUP ${group_name} already exists`);
      streams.set(key, groups.add(group_name));
      return { created: group_name };
    },
  }),
  tool({
    name: 'rotate_root_credentials',
    description: 'Replaces the credentials of the account root user.',
    properties: {},
    required: [],
    run: () => ({ rotated: true }),
  }),
  tool({
    name: 'stream_info',
    description: 'Get information about a stream: how many consumer groups exist, and which.',
    properties: { key: text('Key of the stream') },
    required: ['key'],
    run: ({ key }) => {
      const groups = [...(streams.get(key) ?? [])];
      return { groups: groups.length, names: groups };
    },
  }),
  tool({
    name: 'build_and_push_image_to_ecr',
    description: 'Creates ECR infrastructure and builds and pushes a Docker image to ECR.',
    properties: {
      app_name: text('Name of the application'),
      app_path: text('Absolute path of the web application'),
    },
    required: ['app_name', 'app_path'],
    run: ({ app_name }) => ({
      image: `000000000000.dkr.ecr.us-east-1.amazonaws.com/${app_name}:1`,
    }),
  }),
];

const operations = {
  ListClusters: () => ({ clusterArns: [...clusters.keys()].map(arn) }),
  DescribeClusters: ({ clusters: names = [...clusters.keys()] }) => ({
    clusters: names.map(name => describe(name, findCluster(name))),
  }),
  CreateCluster: ({ clusterName: name = 'default' }) => {
    if (!clusters.has(name)) clusters.set(name, { status: 'ACTIVE', services: new Map() });
    return { cluster: describe(name, findCluster(name)) };
  },
  DeleteCluster: ({ cluster: name }) => {
    const cluster = findCluster(name);
    clusters.delete(name);
    return { cluster: describe(name, { ...cluster, status: 'INACTIVE' }) };
  },
  ListServices: ({ cluster }) => ({
    serviceArns: [...findCluster(cluster).services.keys()].map(
      service => `arn:aws:ecs:us-east-1:000000000000:service/${cluster}/${service}`,
    ),
  }),
  UpdateService: ({ cluster, service, desiredCount }) => {
    const before = findService(cluster, service);
    findCluster(cluster).services.set(service, desiredCount ?? before);
    return { service: { serviceName: service, desiredCount: desiredCount ?? before } };
  },
};

function findCluster(name) {
  const cluster = clusters.get(name);
  if (!cluster) throw new ToolError(`ClusterNotFoundException: ${name}`);
  return cluster;
}

function findService(cluster, name) {
  const count = findCluster(cluster).services.get(name);
  if (count === undefined) throw new ToolError(`ServiceNotFoundException: ${name}`);
  return count;
}

function describe(name, { status, services }) {
  return { clusterName: name, clusterArn: arn(name), status, activeServicesCount: services.size };
}

function arn(cluster) {
  return `arn:aws:ecs:us-east-1:000000000000:cluster/${cluster}`;
}

/** A tool whose arguments are held to its own schema before it runs. */
function tool({ name, description, properties, required, run }) {
  const inputSchema = { type: 'object', properties, required, additionalProperties: false };
  return {
    name,
    description,
    inputSchema,
    run: args => {
      const problem = findProblem(inputSchema, args);
      if (problem) throw new ToolError(`Invalid arguments for ${name}: ${problem}`);
      return run(args);
    },
  };
}

const isType = {
  string: value => typeof value === 'string',
  integer: Number.isInteger,
  object: value => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** The small part of JSON Schema that these tools use. */
function findProblem({ properties, required }, args) {
  for (const key of required) if (!Object.hasOwn(args, key)) return `${key} is missing`;
  for (const [key, value] of Object.entries(args)) {
    if (!Object.hasOwn(properties, key)) return `${key} is unknown`;
    const { type, enum: choices = [value] } = properties[key];
    if (!isType[type](value)) return `${key} must be of type ${type}`;
    if (!choices.includes(value)) return `${key} must be one of: ${choices.join(', ')}`;
  }
  return undefined;
}
