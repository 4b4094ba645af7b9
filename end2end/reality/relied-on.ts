// What our client goes by: another answer of Stripe’s is a failure.
import Stripe from 'stripe';
import { type Probe, unique, told, brief, coupon, code, session, raw } from './ask.ts';

export const RELIED_ON: Omit<Probe, 'reliedOn'>[] = [
  {
    name: 'version',
    question: 'Is 2026-10-28.endive a version, and is it the one that answers?',
    belief: '2026-10-28.endive',
    async ask({ stripe }) {
      return (await stripe.coupons.list({ limit: 1 }, { apiVersion: '2026-10-28.endive' })).lastResponse.apiVersion ?? 'none';
    },
  },
  {
    name: 'invalid key',
    question: 'How is a key refused that does not exist?',
    belief: '401 StripeAuthenticationError without a code: Invalid API Key provided',
    async ask(asked) {
      const { status, body } = await raw(asked, 'GET', '/v1/coupons', { key: 'sk_test_51Codemint0000000000000000' });
      const { code, message } = (body.error ?? {}) as { code?: string; message?: string };
      const kind = status === 401 ? 'StripeAuthenticationError' : 'another error';
      return `${status} ${kind} ${code ? `with code ${code}` : 'without a code'}: ${message?.split(':')[0]}`;
    },
  },
  {
    name: 'taken coupon id',
    question: 'How is the id of a coupon refused that exists?',
    belief: '400 resource_already_exists',
    async ask(asked) {
      const { id } = await coupon(asked);
      return brief(coupon(asked, { id, percent_off: 25 }));
    },
  },
  {
    name: 'deleted coupon',
    question: 'How does a deleted coupon answer?',
    belief: '404 resource_missing',
    async ask({ stripe }) {
      const { id } = await stripe.coupons.create({ id: unique('cm_probe_'), percent_off: 25 });
      await stripe.coupons.del(id);
      return brief(stripe.coupons.retrieve(id));
    },
  },
  {
    name: 'taken promotion code',
    question: 'How is the text of a promotion code refused that another active one has?',
    belief: '400 …already exists.',
    async ask(asked) {
      const { id } = await coupon(asked);
      const text = unique('PROBE');
      await code(asked, id, { code: text });
      const refused = await told(code(asked, id, { code: text }), text);
      // There is no code to go by, only the end of the text.
      return refused.replace(/ .* already exists\.$/, ' …already exists.');
    },
  },
  {
    name: 'discounts and promotion codes',
    question: 'Are discounts and allow_promotion_codes refused together?',
    belief: '400 invalid_request_error, about allow_promotion_codes',
    async ask(asked) {
      const { id } = await coupon(asked);
      return brief(session(asked, { discounts: [{ coupon: id }], allow_promotion_codes: true }), ['allow_promotion_codes']);
    },
  },
  {
    name: 'missing coupon in a session',
    question: 'Which parameter does a session name whose coupon is missing?',
    belief: '400 resource_missing, about coupon',
    ask: (asked) => brief(session(asked, { discounts: [{ coupon: unique('cm_probe_') }] }), ['coupon', 'discounts']),
  },
  {
    name: 'missing price in a session',
    question: 'Which parameter does a session name whose price is missing?',
    belief: '400 resource_missing, about price',
    ask: (asked) => brief(session(asked, { line_items: [{ price: 'price_probe', quantity: 1 }] }), ['price']),
  },
  {
    name: 'sums of a discounted session',
    question: 'What does a session of 29.00 with 25 % off come to?',
    belief: 'subtotal 2900, discount 725, total 2175, open and unpaid, with a page',
    async ask(asked) {
      const { id } = await coupon(asked);
      const made = await session(asked, { discounts: [{ coupon: id }] });
      const { amount_subtotal, amount_total, total_details, status, payment_status, url } = made;
      const page = url ? 'with a page' : 'without a page';
      return `subtotal ${amount_subtotal}, discount ${total_details?.amount_discount}, total ${amount_total}, ${status} and ${payment_status}, ${page}`;
    },
  },
  {
    name: 'a session for nothing',
    question: 'May a payment come to nothing?',
    belief: 'accepted',
    async ask(asked) {
      const { id } = await coupon(asked, { percent_off: 100 });
      return told(session(asked, { discounts: [{ coupon: id }] }));
    },
  },
  {
    name: 'sessions are found',
    question: 'Does the list since a moment have a new session first, with its metadata?',
    belief: 'first, with its metadata',
    async ask(asked) {
      const mark = unique('probe');
      const made = await session(asked, { metadata: { codemint_probe: mark } });
      const { data } = await asked.stripe.checkout.sessions.list({ created: { gte: made.created }, limit: 10 });
      const at = data.findIndex((one) => one.id === made.id);
      const place = at === 0 ? 'first' : at < 0 ? 'not listed' : `number ${at + 1}`;
      return `${place}, ${data[at]?.metadata?.codemint_probe === mark ? 'with its metadata' : 'without its metadata'}`;
    },
  },
  {
    name: 'a session ends once',
    question: 'Can an open session be ended, and one that has ended not?',
    belief: 'expired without a page; then 400',
    async ask(asked) {
      const { id } = await session(asked);
      const ended = await asked.stripe.checkout.sessions.expire(id);
      const again = await told(asked.stripe.checkout.sessions.expire(id));
      return `${ended.status} ${ended.url ? 'with a page' : 'without a page'}; then ${again.split(' ')[0]}`;
    },
  },
  {
    name: 'idempotent replay',
    question: 'Does the same request under the same key bring the same object, and say so?',
    belief: 'the same object, Idempotent-Replayed: true',
    async ask(asked) {
      const idempotencyKey = unique('probe');
      const make = () => asked.stripe.coupons.create({ percent_off: 25 }, { idempotencyKey });
      const first = await make();
      asked.after(() => asked.stripe.coupons.del(first.id));
      const second = await make();
      return `${first.id === second.id ? 'the same object' : 'another object'}, Idempotent-Replayed: ${second.lastResponse.headers['idempotent-replayed']}`;
    },
  },
  {
    name: 'idempotency key reused',
    question: 'How is a key refused that was used with other parameters?',
    belief: '400 idempotency_error',
    async ask(asked) {
      const idempotencyKey = unique('probe');
      const made = await asked.stripe.coupons.create({ percent_off: 25 }, { idempotencyKey });
      asked.after(() => asked.stripe.coupons.del(made.id));
      return brief(asked.stripe.coupons.create({ percent_off: 20 }, { idempotencyKey }));
    },
  },
  {
    name: 'a refused request keeps no key',
    question: 'Is an idempotency key free again after a request that did not pass validation?',
    belief: 'accepted',
    async ask(asked) {
      const idempotencyKey = unique('probe');
      await told(asked.stripe.coupons.create({ percent_off: 200 }, { idempotencyKey }));
      const made = asked.stripe.coupons.create({ percent_off: 25 }, { idempotencyKey });
      asked.after(async () => asked.stripe.coupons.del((await made).id));
      return told(made, idempotencyKey);
    },
  },
  {
    name: 'questions about permissions make nothing',
    question: 'Are the three writes refused with 400 by which a key’s permissions are asked?',
    belief: '400, 400, 400',
    async ask({ stripe }) {
      const nonsense = 'nonsense' as 'once' & 'payment';
      const answers = [
        await told(stripe.coupons.create({ duration: nonsense })),
        await told(stripe.promotionCodes.create({} as Stripe.PromotionCodeCreateParams)),
        await told(stripe.checkout.sessions.create({ mode: nonsense })),
      ];
      return answers.map((answer) => answer.split(' ')[0]).join(', ');
    },
  },
];
