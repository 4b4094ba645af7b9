// What nobody has confirmed: either answer is survived.
import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { type Probe, unique, now, answered, told, coupon, code, session, raw, shape } from './ask.ts';

export const OPEN: Omit<Probe, 'reliedOn'>[] = [
  {
    name: 'reuse of a deleted coupon id',
    question: 'Can the id of a deleted coupon be used again?',
    belief: '400 resource_already_exists: Coupon already exists.',
    async ask(asked) {
      const id = unique('cm_probe_');
      await asked.stripe.coupons.create({ id, percent_off: 25 });
      await asked.stripe.coupons.del(id);
      return told(coupon(asked, { id, percent_off: 25 }), id);
    },
  },
  {
    name: 'allow_promotion_codes=false beside discounts',
    question: 'Is allow_promotion_codes=false accepted beside discounts?',
    belief: '400 no code (allow_promotion_codes): You may only specify one of these parameters: allow_promotion_codes, discounts.',
    async ask(asked) {
      const { id } = await coupon(asked);
      return told(session(asked, { discounts: [{ coupon: id }], allow_promotion_codes: false }));
    },
  },
  {
    name: 'an open session and the last redemption',
    question: 'Does an open session reserve a redemption of its coupon?',
    belief: 'no: a second session was accepted, times_redeemed 0',
    async ask(asked) {
      const { id } = await coupon(asked, { percent_off: 25, max_redemptions: 1 });
      await session(asked, { discounts: [{ coupon: id }] });
      const second = await told(session(asked, { discounts: [{ coupon: id }] }), id);
      const { times_redeemed } = await asked.stripe.coupons.retrieve(id);
      return `${second === 'accepted' ? 'no: a second session was accepted' : `yes: ${second}`}, times_redeemed ${times_redeemed}`;
    },
  },
  {
    name: 'expires_at too early',
    question: 'What does Stripe say to a session that ends in a minute?',
    belief: '400 no code (expires_at): The expires_at timestamp must be at least 30 minutes from Checkout Session creation.',
    ask: (asked) => told(session(asked, { expires_at: now() + 60 })),
  },
  {
    name: 'expires_at too late',
    question: 'What does Stripe say to a session that ends in two days?',
    belief: '400 no code (expires_at): The expires_at timestamp must be less than 24 hours from Checkout Session creation.',
    ask: (asked) => told(session(asked, { expires_at: now() + 2 * 86_400 })),
  },
  {
    name: 'less than the minimum',
    question: 'What does Stripe say to a session of 0.29, after a discount?',
    belief: "400 amount_too_small: The Checkout Session's total amount due must add up to at least $0.50 usd",
    async ask(asked) {
      const { id } = await coupon(asked, { percent_off: 99 });
      return told(session(asked, { discounts: [{ coupon: id }] }));
    },
  },
  {
    name: 'idempotency key in use',
    question: 'What does Stripe say to a key whose first request is still under way?',
    belief: '409 idempotency_key_in_use idempotency_error: There is currently another in-progress request using this Stripe-Idempotency-Key',
    async ask(asked) {
      for (let round = 0; round < 5; round += 1) {
        const idempotencyKey = unique('probe');
        await asked.slowDown();
        const calls = Array.from({ length: 6 }, () => asked.stripe.coupons.create({ percent_off: 25 }, { idempotencyKey, maxNetworkRetries: 0 }));
        const ends = await Promise.allSettled(calls);
        const made = ends.find((end) => end.status === 'fulfilled');
        if (made) asked.after(() => asked.stripe.coupons.del(made.value.id));
        const refused: unknown[] = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
        const met = refused.find((error) => error instanceof Stripe.errors.StripeError && error.statusCode === 409);
        if (met instanceof Stripe.errors.StripeError) {
          return `409 ${met.code} ${met.rawType}: ${met.message.replaceAll(idempotencyKey, 'X')}`;
        }
      }
      return 'not met in 5 rounds of 6 requests at once';
    },
  },
  {
    name: 'three-decimal currencies',
    question: 'Which amounts are accepted in KWD?',
    belief: '1.230: accepted; 1.234: accepted; a coupon of 1.234: accepted',
    async ask(asked) {
      const [even, odd] = [await told(session(asked, {}, 1230, 'kwd')), await told(session(asked, {}, 1234, 'kwd'))];
      return `1.230: ${even}; 1.234: ${odd}; a coupon of 1.234: ${await told(coupon(asked, { amount_off: 1234, currency: 'kwd' }))}`;
    },
  },
  {
    name: 'Bulgarian lev',
    question: 'Is BGN still a currency, now that Bulgaria has the euro?',
    belief: 'accepted',
    ask: (asked) => told(coupon(asked, { amount_off: 500, currency: 'bgn' })),
  },
  {
    name: 'half a unit',
    question: 'Which way is half a cent of discount rounded (12.5 % of 29.00)?',
    belief: 'discount 363, total 2537',
    async ask(asked) {
      const { id } = await coupon(asked, { percent_off: 12.5 });
      const { total_details, amount_total } = await session(asked, { discounts: [{ coupon: id }] });
      return `discount ${total_details?.amount_discount}, total ${amount_total}`;
    },
  },
  {
    name: 'first_time_transaction and guests',
    question: 'May a guest’s session have a promotion code for first-time customers?',
    belief: 'accepted',
    async ask(asked) {
      const { id } = await coupon(asked);
      const promotion_code = (await code(asked, id, { restrictions: { first_time_transaction: true } })).id;
      return told(session(asked, { discounts: [{ promotion_code }] }), promotion_code);
    },
  },
  {
    name: 'inactive promotion code',
    question: 'What does Stripe say to a session with a promotion code that was switched off?',
    belief: '400 no code (discounts[0][promotion_code]): This promotion code cannot be redeemed because it is not active.',
    async ask(asked) {
      const { id } = await coupon(asked);
      const promotion_code = (await code(asked, id, { active: false })).id;
      return told(session(asked, { discounts: [{ promotion_code }] }), promotion_code);
    },
  },
  {
    name: 'promotion code of a deleted coupon',
    question: 'Is a promotion code inactive once its coupon is deleted, and is there an event for it?',
    belief: 'active: false, no event promotion_code.updated',
    async ask(asked) {
      const { stripe } = asked;
      const { id } = await stripe.coupons.create({ id: unique('cm_probe_'), percent_off: 25 });
      const promoted = await code(asked, id);
      await stripe.coupons.del(id);
      const { active } = await stripe.promotionCodes.retrieve(promoted.id);
      await sleep(asked.eventDelayMs);
      const { data } = await stripe.events.list({ type: 'promotion_code.updated', created: { gte: promoted.created }, limit: 100 });
      const flipped = data.some((event) => (event.data.object as { id?: string }).id === promoted.id);
      return `active: ${active}, ${flipped ? 'an' : 'no'} event promotion_code.updated`;
    },
  },
  {
    name: 'letters of a promotion code',
    question: 'Which other characters than letters and digits may a promotion code have?',
    belief: 'dash: accepted; underscore: accepted',
    async ask(asked) {
      const { id } = await coupon(asked);
      const [dash, underscore] = [await told(code(asked, id, { code: unique('A-') })), await told(code(asked, id, { code: unique('A_') }))];
      return `dash: ${dash}; underscore: ${underscore}`;
    },
  },
  {
    name: 'letters of a coupon id',
    question: 'What does Stripe say to a coupon id with a space?',
    belief: '400 no code (id): Coupon IDs may only contain letters, numbers, underscores and dashes.',
    ask: (asked) => told(coupon(asked, { id: 'cm probe', percent_off: 25 })),
  },
  {
    name: 'a promotion code that outlives its coupon',
    question: 'What does Stripe say to a promotion code that ends after its coupon?',
    belief: "400 no code (expires_at): The promotion code's expires_at cannot be later than the coupon's redeem_by.",
    async ask(asked) {
      const { id } = await coupon(asked, { percent_off: 25, redeem_by: now() + 86_400 });
      return told(code(asked, id, { expires_at: now() + 2 * 86_400 }));
    },
  },
  {
    name: 'a promotion code with more redemptions than its coupon',
    question: 'What does Stripe say to a promotion code whose limit is above its coupon’s?',
    belief: "400 no code (max_redemptions): The promotion code's max_redemptions cannot be greater than the coupon's max_redemptions.",
    async ask(asked) {
      const { id } = await coupon(asked, { percent_off: 25, max_redemptions: 1 });
      return told(code(asked, id, { max_redemptions: 2 }));
    },
  },
  {
    name: 'another currency than the coupon’s',
    question: 'What does Stripe say to a coupon in EUR for a session in USD?',
    belief: '400 no code (discounts[0][coupon]): The coupon `X` only supports `eur`. This doesn\'t match the expected currency: `usd`.',
    async ask(asked) {
      const { id } = await coupon(asked, { amount_off: 500, currency: 'eur' });
      return told(session(asked, { discounts: [{ coupon: id }] }), id);
    },
  },
  {
    name: 'customer_details of a new session',
    question: 'Does a new session with customer_email have customer_details already?',
    belief: 'no',
    async ask(asked) {
      const { customer_details } = await session(asked, { customer_email: 'ada@example.com' });
      return customer_details ? `yes: ${Object.keys(customer_details).sort().join(', ')}` : 'no';
    },
  },
  {
    name: 'payment_status of a session for nothing',
    question: 'What is the payment_status of an open session that comes to nothing?',
    belief: 'no_payment_required',
    async ask(asked) {
      const { id } = await coupon(asked, { percent_off: 100 });
      return (await session(asked, { discounts: [{ coupon: id }] })).payment_status;
    },
  },
  {
    name: 'advice after a lock or a failure',
    question: 'Does an ordinary refusal carry the header Stripe-Should-Retry?',
    belief: 'no',
    async ask(asked) {
      const { headers } = await raw(asked, 'POST', '/v1/coupons', { version: '2026-10-28.endive', form: { percent_off: '200' } });
      return headers.get('stripe-should-retry') ?? 'no';
    },
  },
  {
    name: 'default version of the account',
    question: 'Which version answers where none is asked for?',
    belief: '2026-10-28.endive',
    async ask(asked) {
      return (await raw(asked, 'GET', '/v1/coupons?limit=1')).headers.get('stripe-version') ?? 'not said';
    },
  },
  {
    name: 'versions after 2026-10-28.endive',
    question: 'Is there a version of November 2026?',
    belief: '2026-11-18.endive: 400, 2026-11-25.endive: 400',
    async ask(asked) {
      const ask = async (version: string) => `${version}: ${(await raw(asked, 'GET', '/v1/coupons?limit=1', { version })).status}`;
      return `${await ask('2026-11-18.endive')}, ${await ask('2026-11-25.endive')}`;
    },
  },
  {
    name: 'oauth/token with a bad key',
    question: 'Which body has a refusal of POST /v1/oauth/token to a key that does not exist?',
    belief: '401 {"error":{"type":"invalid_request_error","code":null,…}}',
    async ask(asked) {
      const form = { grant_type: 'authorization_code', code: 'ac_probe' };
      const { status, body } = await raw(asked, 'POST', '/v1/oauth/token', { key: 'sk_test_51Codemint0000000000000000', form });
      return `${status} ${shape(body)}`;
    },
  },
  {
    name: 'oauth/token with a code that does not exist',
    question: 'Which body has a refusal of POST /v1/oauth/token to an unknown code?',
    belief: '400 {"error":"invalid_grant","error_description":…}',
    // The stand-in is asked under a restricted key, which may not; its own tests ask it under an app developer's.
    standIn: '403 {"error":{"type":"invalid_request_error","code":"more_permissions_required",…}}',
    async ask(asked) {
      const { status, body } = await raw(asked, 'POST', '/v1/oauth/token', { form: { grant_type: 'authorization_code', code: 'ac_probe' } });
      return `${status} ${shape(body)}`;
    },
  },
  {
    name: 'permissions come first',
    question: 'Is a missing permission refused before wrong parameters are?',
    belief: '403 more_permissions_required, which names coupon_write',
    async ask({ restricted }) {
      if (!restricted) return 'cannot be asked with a full key: take a restricted one (rk_test_…) that may read coupons and not write them';
      const refused = await restricted.coupons.create({ duration: 'nonsense' as 'once' }).catch((error: unknown) => error);
      if (!answered(refused)) return 'accepted';
      if (refused.statusCode === 400) return 'this key may write coupons: take one that may not';
      const named = /'(?:rak_)?([a-z_]+_(?:read|write))'/.exec(refused.message)?.[1];
      return `${refused.statusCode} ${refused.code ?? 'no code'}, which names ${named ?? 'no permission'}`;
    },
  },
];

/** What a key of a test account alone cannot tell, and what it would take. */
export const OUT_OF_REACH: [question: string, why: string][] = [
  ['Does the link to a new restricted key tick rak_promotion_code_write?', 'the Dashboard in a browser'],
  ['Do inline prices need plan_write or product_write?', 'a restricted key without them, made in the Dashboard'],
  ['How do expand and the hosted checkout behave under an app’s token?', 'a Marketplace app that was installed by OAuth'],
  ['Which default version has an account under OAuth?', 'a Marketplace app that was installed by OAuth'],
  ['What does /v1/oauth/token answer with 403 and 5xx?', 'a Marketplace app, and an outage'],
  ['Does the authorize link take PKCE?', 'a Marketplace app and a browser'],
  ['Which permissions apply to the app’s own key with Stripe-Account?', 'a Marketplace app that an account has installed'],
  ['Are idempotency keys apart by account and mode?', 'keys of a second account and of live mode'],
  ['Does API v2 keep idempotency keys for 30 days?', '30 days; nothing of ours uses v2'],
  ['Can the last redemption be paid for twice in two open sessions?', 'a browser that pays with a test card'],
  ['Have sandbox keys the prefix rk_test_, too?', 'a sandbox, made in the Dashboard'],
  ['Does the upload of a Stripe App without UI need ui_extension?', 'the Stripe CLI, signed in to an account that has an app'],
];
