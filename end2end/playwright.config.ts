import { defineConfig, devices } from '@playwright/test';
import type { WorkerFixtures } from './fixtures.ts';

// `cargo xtask test` sets these; alone, `npx playwright test` takes Playwright's own Chromium and target/debug/codemint.
const chromium = process.env.CODEMINT_CHROMIUM;
const report = process.env.CODEMINT_E2E_REPORT ?? 'test-results/report.json';

export default defineConfig<object, WorkerFixtures>({
  testDir: '.',
  testMatch: '*.spec.ts',
  // What paints pictures is no test; it runs where it is told where to.
  testIgnore: [
    ...(process.env.CODEMINT_PICTURE ? [] : ['picture.spec.ts']),
    ...(process.env.CODEMINT_GUIDE_PICTURES ? [] : ['guide-pictures.spec.ts']),
  ],
  outputDir: 'test-results/files',
  reporter: [['line'], ['json', { outputFile: report }]],
  // Each worker runs a server of its own.
  workers: 2,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    ...devices['Desktop Chrome'],
    locale: 'en-GB',
    // What is not there is said while it can still be seen why.
    actionTimeout: 15_000,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'chromium' },
    // What is said about the connection comes by other ways there: other processes are told through the database.
    { name: 'postgres', testMatch: ['connect.spec.ts', 'rewards.spec.ts'], grep: /connect\.spec|@both/, use: { engine: 'postgres' } },
  ],
});
