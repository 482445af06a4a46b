import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As the build sets it.
  define: { __VERSION__: JSON.stringify('0.0.0') },
  test: {
    include: ['test/**/*.test.ts'],
    // Real servers start slowly on a busy machine; what a test times, it times itself.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Processes are started side by side in most files: more workers would only wait for each other.
    maxWorkers: 2,
  },
});
