// The stand-in is asked what Stripe would be asked, and, where there is a key of a test account, so is Stripe.
import Stripe from 'stripe';
import { type Asked, type Probe } from './reality/ask.ts';
import { testKey, withoutKeys } from './reality/keys.ts';
import { OUT_OF_REACH } from './reality/open.ts';
import { PROBES } from './reality/probes.ts';
import { EVERYTHING, type StandIn, expect, test } from './stand-in.ts';

const KEY = 'STRIPE_TEST_SECRET_KEY';

/** Asks, and tidies up whatever came of it; what could not be asked is an answer too. */
async function answer(probe: Probe, asked: Omit<Asked, 'after'>): Promise<string> {
  const cleanUps: (() => Promise<unknown>)[] = [];
  try {
    return withoutKeys(await probe.ask({ ...asked, after: (cleanUp) => cleanUps.unshift(cleanUp) }), asked.key);
  } catch (error) {
    return withoutKeys(`could not be asked: ${error instanceof Error ? error.message : 'unknown'}`, asked.key);
  } finally {
    // What is gone already needs no tidying.
    for (const cleanUp of cleanUps) await cleanUp().catch(() => undefined);
  }
}

/** Asks everything: a line for each question, and what is other than we rely on. */
async function report(probes: Probe[], asked: Omit<Asked, 'after'>): Promise<{ lines: string[]; wrong: string[] }> {
  const [lines, wrong]: [string[], string[]] = [[], []];
  for (const probe of probes) {
    const said = await answer(probe, asked);
    const agrees = said === probe.belief;
    const weight = probe.reliedOn ? ' (relied on)' : '';
    lines.push(`${probe.name}: answered: ${said}; our belief: ${probe.belief}; ${agrees ? 'agrees' : 'DIFFERS'}${weight}`);
    if (probe.reliedOn && !agrees) wrong.push(`${probe.question} Stripe: ${said}; we rely on: ${probe.belief}`);
  }
  return { lines, wrong };
}

test.describe('the stand-in', () => {
  /** An account of its own, so that what is left behind can be seen. */
  const ACCOUNT = 'acct_1Probes';

  async function there(standIn: StandIn): Promise<Omit<Asked, 'after'>> {
    const key = await standIn.issue(EVERYTHING, ACCOUNT);
    return {
      stripe: standIn.sdk(key),
      origin: standIn.url,
      key,
      restricted: standIn.sdk(await standIn.issue(['coupon_read'], ACCOUNT)),
      eventDelayMs: 0,
      slowDown: () => standIn.fault({ kind: 'stall', ms: 300, method: 'POST', path: '/v1/coupons', times: 1 }),
    };
  }

  for (const probe of PROBES) {
    test(`answers as we believe that Stripe does: ${probe.name}`, async ({ standIn }) => {
      expect(await answer(probe, await there(standIn)), probe.question).toBe(probe.standIn ?? probe.belief);
    });
  }

  test('keeps nothing that the questions made', async ({ standIn }) => {
    const { stripe } = await there(standIn);
    expect((await stripe.coupons.list({ limit: 100 })).data).toEqual([]);
    expect((await stripe.promotionCodes.list({ active: true, limit: 100 })).data).toEqual([]);
    expect((await stripe.checkout.sessions.list({ status: 'open', limit: 100 })).data).toEqual([]);
  });

  test('shows that only a difference in what we rely on is a failure', async ({ standIn }) => {
    const asked = await there(standIn);
    const probe = (name: string, reliedOn: boolean, ask: Probe['ask']): Probe => ({ name, question: `${name}?`, reliedOn, belief: 'yes', ask });
    const { lines, wrong } = await report(
      [
        probe('open', false, () => Promise.resolve('no')),
        probe('kept', true, () => Promise.resolve('yes')),
        probe('broken', true, ({ key }) => Promise.resolve(`no, ${key}`)),
        probe('unreachable', true, ({ key }) => Promise.reject(new Error(`down for ${key}`))),
      ],
      asked,
    );
    expect(lines).toEqual([
      'open: answered: no; our belief: yes; DIFFERS',
      'kept: answered: yes; our belief: yes; agrees (relied on)',
      'broken: answered: no, (key); our belief: yes; DIFFERS (relied on)',
      'unreachable: answered: could not be asked: down for (key); our belief: yes; DIFFERS (relied on)',
    ]);
    expect(wrong).toEqual(['broken? Stripe: no, (key); we rely on: yes', 'unreachable? Stripe: could not be asked: down for (key); we rely on: yes']);
  });
});

test('only keys of test mode are used', () => {
  for (const key of ['sk_test_51Abc', 'rk_test_51Abc']) expect(testKey(key)).toBe(key);
  for (const key of ['sk_live_51Abc', 'rk_live_51Abc', 'pk_test_51Abc', 'whsec_51Abc', 'xsk_test_51Abc', 'sk_test_51 Abc', '51Abc']) {
    expect(() => testKey(key)).toThrow('must be a key of test mode');
    expect(() => testKey(key)).not.toThrow(key);
  }
  expect(() => testKey('sk_test_')).toThrow('must be a key of test mode');
  const text = 'Invalid API Key provided: sk_test_****1234, rk_test_51Abc, mine';
  expect(withoutKeys(text, 'mine')).toBe('Invalid API Key provided: (key), (key), (key)');
});

test('Stripe itself', async () => {
  const given = process.env[KEY];
  if (!given) {
    const why = `${KEY} is not set: Stripe itself was not asked; with a test account's secret key it answers ${PROBES.length} questions`;
    console.log(`skipped: ${why}`);
    test.skip(true, why);
    return;
  }
  test.setTimeout(300_000);
  const key = testKey(given);
  const stripe = new Stripe(key, { maxNetworkRetries: 2, telemetry: false });
  const restricted = key.startsWith('rk_') ? stripe : undefined;
  const asked = { stripe, origin: 'https://api.stripe.com', key, restricted, eventDelayMs: 3000, slowDown: () => Promise.resolve() };
  const { lines, wrong } = await report(PROBES, asked);
  for (const line of lines) console.log(line);
  for (const [question, takes] of OUT_OF_REACH) console.log(`out of reach: ${question} It takes ${takes}.`);
  expect(wrong, 'what we rely on').toEqual([]);
});
