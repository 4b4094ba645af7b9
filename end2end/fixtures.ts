// What every journey starts from: a Codemint of its own worker, and a page that may not go wrong unseen.
import { type BrowserContext, type Page, test as base, expect } from '@playwright/test';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What `codemint demo --ready-file F` writes once it serves. */
export interface Demo {
  url: string;
  stripe_url: string;
  app_id: string;
  api_key: string;
  mailbox_url: string;
}

interface TestFixtures {
  /** Errors that a journey provokes on purpose: `test.use({ allowedErrors: [/422/] })`. */
  allowedErrors: RegExp[];
}

/** A PostgreSQL server where databases may be made; `cargo xtask test` starts one. */
export const POSTGRES = process.env.CODEMINT_TEST_POSTGRES_URL ?? '';

/** What a Codemint keeps its data in. */
export type Engine = 'sqlite' | 'postgres';

export interface WorkerFixtures {
  /** Of a project: `playwright.config.ts`. */
  engine: Engine;
  server: Server;
  demo: Demo;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  engine: ['sqlite', { option: true, scope: 'worker' }],

  server: [
    async ({ engine }, use) => {
      if (engine === 'postgres' && !POSTGRES) {
        // Playwright asks for the base URL before it asks whether a test is skipped.
        const nowhere = { url: 'http://127.0.0.1:9', stripe_url: '', app_id: '', api_key: '', mailbox_url: '' };
        await use({ log: [], ready: async () => nowhere, stop: async () => {} });
        return;
      }
      const dir = await mkdtemp(join(tmpdir(), 'codemint-e2e-'));
      const server = await startDemo(dir, engine === 'postgres' ? ['--postgres', POSTGRES] : []);
      try {
        await use(server);
      } finally {
        await server.stop();
        await rm(dir, { recursive: true, force: true });
      }
    },
    { scope: 'worker' },
  ],

  demo: [async ({ server }, use) => use(await server.ready()), { scope: 'worker', timeout: 60_000 }],

  baseURL: async ({ demo }, use) => use(demo.url),

  allowedErrors: [[], { option: true }],

  context: async ({ context, server, allowedErrors }, use, testInfo) => {
    const problems = await collectProblems(context);
    const before = server.log.length;
    await use(context);
    const unexpected = problems.filter((problem) => !allowedErrors.some((allowed) => allowed.test(problem)));
    if (unexpected.length > 0 || testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('server.log', { body: server.log.slice(before).join(''), contentType: 'text/plain' });
    }
    expect(unexpected, 'console errors, page errors and CSP violations').toEqual([]);
  },
});

export { expect };

/** Waits until the page is more than HTML: the script in its head marks it (`app/src/shell.rs`). */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', '');
}

/** Gathers what goes wrong in any page of the context; for a journey that opens a second context, too. */
export async function collectProblems(context: BrowserContext): Promise<string[]> {
  const problems: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') {
      problems.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  context.on('weberror', (error) => problems.push(`page: ${error.error().stack ?? error.error().message}`));
  // Chromium writes most violations to the console by itself; this catches them all.
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`CSP: ${event.violatedDirective} refuses ${event.blockedURI || 'inline'} (${event.sourceFile}:${event.lineNumber})`);
    });
  });
  return problems;
}

interface Server {
  /** What it printed so far. */
  log: string[];
  ready(): Promise<Demo>;
  stop(): Promise<void>;
}

async function startDemo(dir: string, on: string[]): Promise<Server> {
  const binary = process.env.CODEMINT_BIN ?? resolve(import.meta.dirname, '../target/debug/codemint');
  const readyFile = join(dir, 'ready.json');
  const log: string[] = [];
  const child = spawn(binary, ['demo', '--ready-file', readyFile, ...on], {
    cwd: dir,
    env: { ...process.env, TMPDIR: dir, CODEMINT_BIND: `127.0.0.1:${await freePort()}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let failure: Error | undefined;
  child.on('error', (error) => (failure = error));
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => log.push(text));
  }
  return {
    log,
    async ready(): Promise<Demo> {
      const deadline = Date.now() + 30_000;
      for (;;) {
        const demo = await readFile(readyFile, 'utf8').then(parseReady, () => undefined);
        if (demo) return demo;
        if (failure || child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
          const end = failure?.message ?? child.exitCode ?? child.signalCode ?? 'still running after 30 s';
          throw new Error(`${binary} demo is not ready (${end}):\n${log.slice(-100).join('')}`);
        }
        await sleep(50);
      }
    },
    stop: () => stop(child),
  };
}

/** The file may be seen before it is whole. */
function parseReady(text: string): Demo | undefined {
  try {
    return JSON.parse(text) as Demo;
  } catch {
    return undefined;
  }
}

/** Ends this very process: politely, then not. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  await Promise.race([ended, sleep(5_000)]);
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
