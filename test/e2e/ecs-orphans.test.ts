// No orphans: kill -9 of any process of a session with the ECS server behind `uvx`.
import { describe } from 'vitest';
import { testWith } from '../support/needs.ts';
import { testOrphans } from '../support/orphans.ts';

const command = ['uvx', '--from', 'awslabs.ecs-mcp-server', 'ecs-mcp-server'];

describe('kill -9, with uvx in between', () => {
  testOrphans(testWith('uvx'), command, { AWS_REGION: 'us-east-1', FASTMCP_LOG_LEVEL: 'ERROR' });
});
