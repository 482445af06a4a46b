// No orphans: kill -9 of any process of a session with a real server behind `npx`.
import { describe } from 'vitest';
import { testWith } from '../support/needs.ts';
import { testOrphans } from '../support/orphans.ts';

describe('kill -9, with npx in between', () => {
  testOrphans(testWith(), ['npx', '--no-install', 'mcp-server-memory']);
});
