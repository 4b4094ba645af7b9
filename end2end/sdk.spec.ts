// Stripe's official SDK against the stand-in: every call that we make, every error that we handle, and the signature of a webhook.
import Stripe from 'stripe';
import { EVERYTHING, type Fault, expect, test } from './stand-in.ts';

const { errors } = Stripe;
const SHOP = { success_url: 'https://taskpomo.app/thanks?s={CHECKOUT_SESSION_ID}', cancel_url: 'https://taskpomo.app/pricing' };

let count = 0;
/** A name that no other test has. */
function unique(prefix: string): string {
  return `${prefix}_${(count += 1)}_${Math.random().toString(36).slice(2, 8)}`;
}

function session(more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Stripe.Checkout.SessionCreateParams {
  return { mode: 'payment', line_items: [{ price: 'price_1ABC', quantity: 1 }], ...SHOP, ...more };
}

/** What a call is refused with, as the SDK has it. */
async function refusal(call: Promise<unknown>): Promise<InstanceType<typeof errors.StripeError>> {
  const error = await call.then(
    (answer) => new Error(`nothing was refused: ${JSON.stringify(answer)}`),
    (refused: unknown) => refused,
  );
  if (error instanceof errors.StripeError) return error;
  throw error;
}

test.describe('every call that we make', () => {
  let stripe: Stripe;
  test.beforeEach(async ({ standIn }) => {
    stripe = standIn.sdk(await standIn.issue(EVERYTHING));
  });

  test('the SDK asks for the version that we ask for', async () => {
    expect(Stripe.API_VERSION).toBe('2026-10-28.endive');
    const page = await stripe.prices.list({ limit: 1 });
    expect(page.lastResponse.apiVersion).toBe('2026-10-28.endive');
    expect(page.lastResponse.requestId).toMatch(/^req_/);
  });

  test('coupons', async () => {
    const id = unique('cm');
    const made = await stripe.coupons.create({ id, name: 'SPRING', percent_off: 12.5, duration: 'once', metadata: { codemint_code: 'dc_1' } });
    expect(made).toMatchObject({ id, object: 'coupon', percent_off: 12.5, amount_off: null, duration: 'once', valid: true, livemode: false, times_redeemed: 0 });
    expect(await stripe.coupons.retrieve(id)).toEqual(made);
    const changed = await stripe.coupons.update(id, { name: 'SUMMER', metadata: { codemint_code: '', seen: 'yes' } });
    expect(changed).toMatchObject({ name: 'SUMMER', metadata: { seen: 'yes' } });
    const amount = await stripe.coupons.create({ amount_off: 500, currency: 'USD', duration: 'repeating', duration_in_months: 3 });
    expect(amount).toMatchObject({ amount_off: 500, currency: 'usd', percent_off: null, duration_in_months: 3 });
    const ids: string[] = [];
    for await (const coupon of stripe.coupons.list({ limit: 1 })) ids.push(coupon.id);
    expect(ids.slice(0, 2), 'newest first, over several pages').toEqual([amount.id, id]);
    expect(await stripe.coupons.del(id)).toEqual({ id, object: 'coupon', deleted: true });
    expect(await refusal(stripe.coupons.retrieve(id))).toMatchObject({ statusCode: 404, code: 'resource_missing' });
  });

  test('promotion codes', async () => {
    const coupon = await stripe.coupons.create({ percent_off: 25 });
    const code = unique('LAUNCH').replaceAll('_', '-');
    const made = await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code, max_redemptions: 5 });
    expect(made).toMatchObject({ object: 'promotion_code', code, active: true, promotion: { type: 'coupon', coupon: coupon.id } });
    const found = await stripe.promotionCodes.list({ code: code.toLowerCase(), active: true, expand: ['data.promotion.coupon'] });
    expect(found.data).toMatchObject([{ id: made.id, promotion: { coupon: { id: coupon.id } } }]);
    expect(await stripe.promotionCodes.update(made.id, { active: false })).toMatchObject({ active: false });
    expect((await stripe.promotionCodes.list({ code, active: true })).data).toEqual([]);
    expect(await stripe.promotionCodes.retrieve(made.id)).toMatchObject({ id: made.id, active: false });
  });

  test('prices and the account', async () => {
    const price = await stripe.prices.retrieve('price_1SUB', { expand: ['product'] });
    expect(price).toMatchObject({ currency: 'usd', unit_amount: 900, type: 'recurring', recurring: { interval: 'month', interval_count: 1 } });
    expect(price.unit_amount_decimal?.toString()).toBe('900');
    expect(price.product).toMatchObject({ object: 'product', name: 'TaskPomo Cloud' });
    expect((await stripe.prices.list({ active: true, limit: 100 })).data).toHaveLength(4);
    expect(await stripe.accounts.retrieveCurrent()).toMatchObject({ id: 'acct_1TestCodemint', object: 'account' });
  });

  test('checkout sessions', async ({ standIn }) => {
    const coupon = await stripe.coupons.create({ percent_off: 50 });
    const expires_at = Math.floor(Date.now() / 1000) + 1920;
    const made = await stripe.checkout.sessions.create(
      session({ discounts: [{ coupon: coupon.id }], client_reference_id: 'user 1', customer_email: 'ada@example.com', expires_at, metadata: { codemint_redemption: 'rd_1' } }),
    );
    expect(made).toMatchObject({
      object: 'checkout.session', status: 'open', payment_status: 'unpaid', amount_subtotal: 2900, amount_total: 1450, expires_at,
      discounts: [{ coupon: coupon.id, promotion_code: null }], total_details: { amount_discount: 1450 }, ui_mode: 'hosted_page',
    });
    expect(made.id).toMatch(/^cs_test_/);
    expect(made.url).toContain(made.id);
    expect(await stripe.checkout.sessions.retrieve(made.id)).toEqual(made);
    const lines = await stripe.checkout.sessions.listLineItems(made.id);
    expect(lines.data).toMatchObject([{ object: 'item', amount_total: 1450, amount_discount: 1450, quantity: 1, price: { id: 'price_1ABC' } }]);
    const other = await stripe.checkout.sessions.create(session({ allow_promotion_codes: true }));
    const listed: string[] = [];
    for await (const one of stripe.checkout.sessions.list({ created: { gte: made.created }, limit: 1 })) listed.push(one.id);
    expect(listed.slice(0, 2)).toEqual([other.id, made.id]);
    expect(await stripe.checkout.sessions.expire(other.id)).toMatchObject({ status: 'expired', url: null });
    await standIn.pay(made.id);
    expect(await stripe.checkout.sessions.retrieve(made.id)).toMatchObject({ status: 'complete', payment_status: 'paid', url: null });
    expect(await stripe.coupons.retrieve(coupon.id)).toMatchObject({ times_redeemed: 1 });
    expect(await refusal(stripe.checkout.sessions.expire(made.id))).toBeInstanceOf(errors.StripeInvalidRequestError);
  });

  test('events', async () => {
    const coupon = await stripe.coupons.create({ percent_off: 25 });
    const made = (await stripe.events.list({ type: 'coupon.created', limit: 1 })).data[0];
    expect(made).toMatchObject({ object: 'event', type: 'coupon.created', api_version: '2026-10-28.endive', data: { object: { id: coupon.id } } });
    expect(await stripe.events.retrieve(made?.id ?? '')).toEqual(made);
  });
});

test.describe('every error that we handle', () => {
  test('a taken id', async ({ standIn }) => {
    const stripe = standIn.sdk(await standIn.issue(EVERYTHING));
    const id = unique('cm');
    await stripe.coupons.create({ id, percent_off: 10 });
    const error = await refusal(stripe.coupons.create({ id, percent_off: 10 }));
    expect(error).toBeInstanceOf(errors.StripeInvalidRequestError);
    expect(error).toMatchObject({ statusCode: 400, code: 'resource_already_exists', rawType: 'invalid_request_error', message: 'Coupon already exists.' });
    expect(error.param).toBeUndefined();
    expect(error.requestId).toMatch(/^req_/);
    expect(error.doc_url).toContain('resource-already-exists');
  });

  test('a taken active promotion code has a text and no code', async ({ standIn }) => {
    const stripe = standIn.sdk(await standIn.issue(EVERYTHING));
    const coupon = (await stripe.coupons.create({ percent_off: 10 })).id;
    const code = unique('TAKEN').replaceAll('_', '');
    const params: Stripe.PromotionCodeCreateParams = { promotion: { type: 'coupon', coupon }, code };
    const first = await stripe.promotionCodes.create(params);
    const error = await refusal(stripe.promotionCodes.create({ ...params, code: code.toLowerCase() }));
    expect(error).toBeInstanceOf(errors.StripeInvalidRequestError);
    expect(error.message).toBe(`An active promotion code with \`code: ${code.toLowerCase()}\` already exists.`);
    expect([error.code, error.param]).toEqual([undefined, undefined]);
    await stripe.promotionCodes.update(first.id, { active: false });
    expect(await stripe.promotionCodes.create(params), 'free once nobody active has it').toMatchObject({ active: true });
  });

  test('what is not there', async ({ standIn }) => {
    const stripe = standIn.sdk(await standIn.issue(EVERYTHING));
    const missing: [() => Promise<unknown>, number, string, string][] = [
      [() => stripe.coupons.retrieve('nope'), 404, 'coupon', "No such coupon: 'nope'"],
      [() => stripe.promotionCodes.retrieve('promo_nope'), 404, 'promotion_code', "No such promotion code: 'promo_nope'"],
      [() => stripe.prices.retrieve('price_nope'), 404, 'price', "No such price: 'price_nope'"],
      [() => stripe.checkout.sessions.retrieve('cs_test_nope'), 404, 'session', "No such checkout.session: 'cs_test_nope'"],
      [() => stripe.checkout.sessions.create(session({ discounts: [{ coupon: 'nope' }] })), 400, 'discounts[0][coupon]', "No such coupon: 'nope'"],
      [() => stripe.checkout.sessions.create(session({ line_items: [{ price: 'price_nope', quantity: 1 }] })), 400, 'line_items[0][price]', "No such price: 'price_nope'"],
    ];
    for (const [call, statusCode, param, message] of missing) {
      const error = await refusal(call());
      expect(error).toBeInstanceOf(errors.StripeInvalidRequestError);
      expect(error).toMatchObject({ statusCode, code: 'resource_missing', param, message });
    }
  });

  test('keys that open nothing', async ({ standIn }) => {
    const invalid = await refusal(standIn.sdk('rk_test_never').coupons.list());
    expect(invalid).toBeInstanceOf(errors.StripeAuthenticationError);
    expect(invalid).toMatchObject({ statusCode: 401, rawType: 'invalid_request_error' });
    expect(invalid.message).toMatch(/^Invalid API Key provided: rk_test_\*+/);
    expect(invalid.code).toBeUndefined();
    const key = await standIn.issue(EVERYTHING);
    await standIn.expire(key);
    const expired = await refusal(standIn.sdk(key).coupons.list());
    expect(expired).toBeInstanceOf(errors.StripeAuthenticationError);
    expect(expired).toMatchObject({ statusCode: 401, code: 'api_key_expired' });
    expect(expired.message).toContain(key.slice(-4));
    expect(expired.message).not.toContain(key.slice(0, 20));
  });

  test('a permission that is missing', async ({ standIn }) => {
    const stripe = standIn.sdk(await standIn.issue(['coupon_read']));
    await stripe.coupons.list();
    // Before the parameters are looked at: so a key's permissions can be asked without making anything.
    const error = await refusal(stripe.coupons.create({ duration: 'nonsense' as 'once' }));
    expect(error).toBeInstanceOf(errors.StripePermissionError);
    expect(error).toMatchObject({ statusCode: 403, code: 'more_permissions_required' });
    expect(error.message).toContain("'rak_coupon_write'");
    expect(error.message).toContain('acct_1TestCodemint');
  });

  test('too many calls, and a lock', async ({ standIn }) => {
    const key = await standIn.issue(EVERYTHING);
    const stripe = standIn.sdk(key);
    await standIn.fault({ kind: 'rate_limited_429', times: 1 });
    const limited = await refusal(stripe.coupons.list());
    expect(limited).toBeInstanceOf(errors.StripeRateLimitError);
    expect(limited).toMatchObject({ statusCode: 429, code: 'rate_limit', headers: { 'stripe-rate-limited-reason': 'global-rate' } });
    await standIn.fault({ kind: 'lock_timeout_429', times: 1 });
    const locked = await refusal(stripe.coupons.create({ percent_off: 1 }));
    expect(locked).toBeInstanceOf(errors.StripeRateLimitError);
    expect(locked).toMatchObject({ statusCode: 429, code: 'lock_timeout' });
    await standIn.fault({ kind: 'lock_timeout_429', times: 1 });
    const patient = standIn.sdk(key, { maxNetworkRetries: 1 });
    expect(await patient.coupons.create({ percent_off: 1 }), 'Stripe advises to try again').toMatchObject({ percent_off: 1 });
  });

  test('an idempotency key with other parameters, or in use', async ({ standIn }) => {
    const key = await standIn.issue(EVERYTHING);
    const stripe = standIn.sdk(key);
    const idempotencyKey = unique('key');
    const made = await stripe.coupons.create({ percent_off: 10 }, { idempotencyKey });
    const again = await stripe.coupons.create({ percent_off: 10 }, { idempotencyKey });
    expect(again.id).toBe(made.id);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(again.lastResponse.idempotencyKey).toBe(idempotencyKey);
    const other = await refusal(stripe.coupons.create({ percent_off: 20 }, { idempotencyKey }));
    expect(other).toBeInstanceOf(errors.StripeIdempotencyError);
    expect(other).toMatchObject({ statusCode: 400, rawType: 'idempotency_error' });
    expect(other.message).toContain('the same parameters they were first used with');

    const id = unique('cm');
    const inUse = { idempotencyKey: unique('key') };
    await standIn.fault({ kind: 'hold', method: 'POST', path: '/v1/coupons', times: 1 });
    const both = [1, 2].map(() => stripe.coupons.create({ id, percent_off: 10 }, inUse));
    // One is held; the other is told so, whichever it is.
    const told = await Promise.any(both.map(refusal));
    // The SDK has a class for reuse alone; this one is its general error.
    expect(told).toBeInstanceOf(errors.StripeAPIError);
    expect(told).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use', rawType: 'idempotency_error' });
    await standIn.clearFaults();
    const ends = await Promise.allSettled(both);
    expect(ends.map((end) => end.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('Stripe’s own failures', async ({ standIn }) => {
    const key = await standIn.issue(EVERYTHING);
    const stripe = standIn.sdk(key, { maxNetworkRetries: 2 });
    const idempotencyKey = unique('key');
    await standIn.fault({ kind: 'status_500', method: 'POST', path: '/v1/coupons', times: 1 });
    const failed = await refusal(stripe.coupons.create({ percent_off: 10 }, { idempotencyKey }));
    expect(failed).toBeInstanceOf(errors.StripeAPIError);
    expect(failed).toMatchObject({ statusCode: 500, rawType: 'api_error' });
    const replayed = await refusal(stripe.coupons.create({ percent_off: 10 }, { idempotencyKey, maxNetworkRetries: 0 }));
    expect(replayed, 'kept under its key').toMatchObject({ statusCode: 500, headers: { 'idempotent-replayed': 'true' } });
    await standIn.forgetIdempotencyKeys();
    expect(await stripe.coupons.create({ percent_off: 10 }, { idempotencyKey })).toMatchObject({ percent_off: 10 });
  });

  test('a connection that is cut', async ({ standIn }) => {
    const stripe = standIn.sdk(await standIn.issue(EVERYTHING));
    const cut = (fault: Partial<Fault>) => standIn.fault({ kind: 'drop', method: 'POST', path: '/v1/coupons', ...fault });
    // The SDK tries a closed connection once more whatever it is told, so both must be cut.
    await cut({ times: 2 });
    const lost = await refusal(stripe.coupons.create({ percent_off: 10 }));
    expect(lost).toBeInstanceOf(errors.StripeConnectionError);
    expect(lost.statusCode).toBeUndefined();

    const id = unique('cm');
    await cut({ kind: 'apply_then_drop', times: 1 });
    const made = await stripe.coupons.create({ id, percent_off: 10 });
    expect(made.id, 'the first sending made it, the second was told so').toBe(id);
    expect(made.lastResponse.headers['idempotent-replayed']).toBe('true');
  });

  test('requests that contradict themselves', async ({ standIn }) => {
    const stripe = standIn.sdk(await standIn.issue(EVERYTHING));
    const coupon = (await stripe.coupons.create({ percent_off: 10 })).id;
    const cases: [() => Promise<unknown>, string | undefined, string][] = [
      [
        () => stripe.checkout.sessions.create(session({ discounts: [{ coupon }], allow_promotion_codes: true })),
        'allow_promotion_codes',
        'You may only specify one of these parameters: allow_promotion_codes, discounts.',
      ],
      [() => stripe.coupons.create({}), undefined, 'Must provide percent_off or amount_off.'],
      [() => stripe.coupons.create({ percent_off: 1, amount_off: 1, currency: 'usd' }), undefined, 'Received both percent_off and amount_off parameters. Please pass in only one.'],
      [() => stripe.coupons.create({ amount_off: 1 }), 'currency', 'You must pass currency when passing amount_off'],
      [() => stripe.coupons.create({ percent_off: 1, coupon: 'x' } as Stripe.CouponCreateParams), 'coupon', 'Received unknown parameter: coupon'],
      [
        () => stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon }, code: 'has spaces!' }),
        'code',
        'This value must match the regex pattern. (/\\A[a-zA-Z0-9\\-_]+\\z/ does not match for the value has spaces!).',
      ],
    ];
    for (const [call, param, message] of cases) {
      const error = await refusal(call());
      expect(error).toBeInstanceOf(errors.StripeInvalidRequestError);
      expect(error).toMatchObject({ statusCode: 400, message });
      expect(error.param).toBe(param);
    }
  });
});

test.describe('webhooks', () => {
  test('the signature is the one that the SDK checks', async ({ standIn }) => {
    const stripe = standIn.sdk(await standIn.issue(EVERYTHING));
    const paid = await stripe.checkout.sessions.create(session());
    await standIn.pay(paid.id);
    const { secrets, deliveries } = await standIn.deliveries();
    const sent = deliveries.find((one) => one.type === 'checkout.session.completed' && one.body.includes(paid.id));
    if (!sent) throw new Error('paying made no event');

    const event = stripe.webhooks.constructEvent(sent.body, sent.signature, secrets.test);
    expect(event).toMatchObject({ id: sent.event, object: 'event', type: 'checkout.session.completed', account: 'acct_1TestCodemint', livemode: false, api_version: '2026-10-28.endive' });
    expect(event.data.object).toEqual(JSON.parse(JSON.stringify(await stripe.checkout.sessions.retrieve(paid.id))));

    const at = Number(/^t=(\d+),v1=[0-9a-f]{64}$/.exec(sent.signature)?.[1]);
    expect(Math.abs(at - Date.now() / 1000)).toBeLessThan(60);
    const forged: [string, string, string, string][] = [
      ['a changed byte', sent.body.replace('"paid"', '"Paid"'), sent.signature, secrets.test],
      ['printed anew', JSON.stringify(JSON.parse(sent.body)), sent.signature, secrets.test],
      ['another secret', sent.body, sent.signature, `${secrets.test}x`],
      ['the secret of the other mode', sent.body, sent.signature, secrets.live],
      ['another moment', sent.body, sent.signature.replace(/^t=\d+/, `t=${at + 1}`), secrets.test],
      ['no signature', sent.body, `t=${at}`, secrets.test],
      ['too old', sent.body, stripe.webhooks.generateTestHeaderString({ payload: sent.body, secret: secrets.test, timestamp: at - 301 }), secrets.test],
    ];
    for (const [what, body, header, secret] of forged) {
      expect(() => stripe.webhooks.constructEvent(body, header, secret), what).toThrow(errors.StripeSignatureVerificationError);
    }
    // Ours and the SDK's are the same, to the byte.
    expect(stripe.webhooks.generateTestHeaderString({ payload: sent.body, secret: secrets.test, timestamp: at })).toBe(sent.signature);
  });

  test('an event is shown to people as it would be sent', async ({ standIn, page }) => {
    const stripe = standIn.sdk(await standIn.issue(EVERYTHING));
    const ended = await stripe.checkout.sessions.create(session());
    await stripe.checkout.sessions.expire(ended.id);
    const { deliveries, secrets } = await standIn.deliveries();
    const sent = deliveries.find((one) => one.type === 'checkout.session.expired' && one.body.includes(ended.id));
    await page.goto(`${standIn.url}/dashboard`);
    await page.getByRole('row', { name: sent?.event }).getByRole('link').click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('checkout.session.expired');
    const [body, signature] = [await page.locator('#body').textContent(), await page.locator('#signature').textContent()];
    expect(body).toBe(sent?.body);
    expect(stripe.webhooks.constructEvent(body ?? '', signature ?? '', secrets.test).id).toBe(sent?.event);
  });
});
