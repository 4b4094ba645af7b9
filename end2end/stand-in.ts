// The stand-in for Stripe as a program of its own, for tests that are about it alone.
import { test as base, expect } from '@playwright/test';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from 'node:child_process';
import Stripe from 'stripe';

/** What both links of ours tick, and what else a test looks at. */
export const EVERYTHING = [
  'coupon_write',
  'promotion_code_write',
  'checkout_session_write',
  'plan_read',
  'product_read',
  'event_read',
  'connected_account_read',
];

/** What goes wrong, as `POST /sim/faults` takes it (`stripe-sim/src/control.rs`). */
export interface Fault {
  kind: 'drop' | 'apply_then_drop' | 'status_500' | 'apply_then_500' | 'rate_limited_429' | 'lock_timeout_429' | 'stall' | 'hold';
  method?: string;
  path?: string;
  skip?: number;
  times?: number;
  ms?: number;
}

/** An event as an endpoint would be sent it. */
export interface Delivery {
  event: string;
  type: string;
  account: string;
  livemode: boolean;
  signature: string;
  body: string;
}

/** The app of a mode, as its developer's dashboard tells it. */
export interface AppClient {
  client_id: string;
  secret_key: string;
  webhook_secret: string;
  authorize_url: string;
}

/** One try to deliver an event. */
export interface Attempt {
  event_id: string;
  kind: string;
  endpoint: string;
  url: string;
  status: number | null;
  error: string | null;
}

export class StandIn {
  constructor(readonly url: string) {}

  /** A key from the page "Create restricted key". */
  async issue(permissions: string[], account = 'acct_1TestCodemint'): Promise<string> {
    const ticked = permissions.map((name) => ['permissions[]', `rak_${name}`]);
    const form = new URLSearchParams([['name', 'SDK'], ['account', account], ...ticked]);
    const answer = await fetch(`${this.url}/test/apikeys/create`, { method: 'POST', body: form });
    const key = /id="key">([^<]+)</.exec(await answer.text())?.[1];
    if (!key) throw new Error('the page shows no key');
    return key;
  }

  /** The official SDK with this key; it repeats nothing unless it is told to. */
  sdk(key: string, config: Stripe.StripeConfig = {}): Stripe {
    const { hostname, port } = new URL(this.url);
    return new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false, ...config });
  }

  async fault(fault: Fault): Promise<void> {
    await this.control('POST', 'faults', fault);
  }

  async clearFaults(): Promise<void> {
    await this.control('DELETE', 'faults');
  }

  async expire(key: string): Promise<void> {
    await this.control('POST', 'keys/expire', { key });
  }

  async advance(ms: number): Promise<void> {
    await this.control('POST', 'clock', { advance_ms: ms });
  }

  async forgetIdempotencyKeys(): Promise<void> {
    await this.control('POST', 'idempotency/forget');
  }

  async deliveries(): Promise<{ secrets: { test: string; live: string }; deliveries: Delivery[] }> {
    return (await this.control('GET', 'deliveries')).json();
  }

  /** Registers the app of a mode, or a new version of it. */
  async app(app: { livemode: boolean; redirect_uris: string[]; permissions: (string | { permission: string; purpose: string })[]; webhook_url?: string }): Promise<AppClient> {
    return (await this.control('POST', 'app', app)).json();
  }

  async account(id: string, name: string): Promise<void> {
    await this.control('POST', 'accounts', { id, name });
  }

  /** As if an administrator pressed Install: the code. */
  async install(livemode: boolean, account = 'acct_1TestCodemint'): Promise<string> {
    const { code } = await (await this.control('POST', 'app/install', { livemode, account })).json();
    return code;
  }

  async uninstall(livemode: boolean, account = 'acct_1TestCodemint'): Promise<void> {
    await this.control('POST', 'app/uninstall', { livemode, account });
  }

  /** The access token runs out. */
  async expireAccess(livemode: boolean, account: string): Promise<void> {
    await this.control('POST', 'app/expire', { livemode, account });
  }

  /** The refresh token is of no use any more. */
  async revokeRefresh(livemode: boolean, account: string): Promise<void> {
    await this.control('POST', 'app/revoke', { livemode, account });
  }

  /** Events queue up; `false` lets them leave. */
  async hold(hold: boolean): Promise<void> {
    await this.control('POST', 'events/hold', { hold });
  }

  /** Sends what is held. */
  async deliver(how: { order?: 'reverse' | 'shuffled'; repeat?: number; drop?: number } = {}): Promise<Attempt[]> {
    return (await this.control('POST', 'events/deliver', how)).json();
  }

  /** Every secret that the app's side was given. */
  async secrets(): Promise<string[]> {
    return (await this.control('GET', 'secrets')).json();
  }

  /** Every call of the API is cut, as if the network were gone; `false` brings it back. */
  async away(away: boolean): Promise<void> {
    await this.control('POST', 'away', { away });
  }

  /** A customer pays. */
  async pay(session: string): Promise<void> {
    const answer = await fetch(`${this.url}/c/pay/${session}/pay`, { method: 'POST', redirect: 'manual' });
    expect(answer.status).toBe(303);
  }

  private async control(method: string, path: string, body?: unknown): Promise<Response> {
    const init = body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {};
    const answer = await fetch(`${this.url}/sim/${path}`, { method, ...init });
    expect(answer.ok, `${method} /sim/${path}: ${answer.status}`).toBe(true);
    return answer;
  }
}

export const test = base.extend<object, { standIn: StandIn }>({
  standIn: [
    async ({}, use) => {
      const dir = await mkdtemp(join(tmpdir(), 'stand-in-'));
      const codemint = process.env.CODEMINT_BIN ?? resolve(import.meta.dirname, '../target/debug/codemint');
      const readyFile = join(dir, 'ready');
      const program = join(dirname(codemint), 'stripe-sim');
      const child = spawn(program, ['--ready-file', readyFile], { stdio: 'ignore' });
      const ended = new Promise<string>((done) => {
        child.once('error', (error) => done(error.message));
        child.once('exit', (code, signal) => done(`ended with ${code ?? signal}`));
      });
      try {
        await use(new StandIn(await Promise.race([ready(readyFile), ended.then((why) => Promise.reject(new Error(`${program}: ${why}`)))])));
      } finally {
        child.kill('SIGINT');
        await ended;
        await rm(dir, { recursive: true, force: true });
      }
    },
    { scope: 'worker' },
  ],
});

export { expect };

/** The origin, once it is written: the file is put in its place whole. */
async function ready(file: string): Promise<string> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const url = await readFile(file, 'utf8').catch(() => '');
    if (url) return url;
    await sleep(20);
  }
  throw new Error('the stand-in does not listen');
}
