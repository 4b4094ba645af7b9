// How a question is asked, and its answer read in one line.
import Stripe from 'stripe';

/** Whom one asks. */
export interface Asked {
  stripe: Stripe;
  /** `https://api.stripe.com`, or the stand-in. */
  origin: string;
  /** Never in an answer. */
  key: string;
  /** With a restricted key that may read coupons and not write them; none where there is no such key. */
  restricted: Stripe | undefined;
  /** How long an event may take to be listed. */
  eventDelayMs: number;
  /** Makes the next creation of a coupon slow, where that can be had on order. */
  slowDown(): Promise<void>;
  /** What to do afterwards, last first. */
  after(cleanUp: () => Promise<unknown>): void;
}

export interface Probe {
  name: string;
  question: string;
  /** Where a probe is relied on, another answer is a failure; the others we survive either way. */
  reliedOn: boolean;
  /** What we believe that Stripe answers. */
  belief: string;
  /** What the stand-in answers, where it does not play that. */
  standIn?: string;
  ask(asked: Asked): Promise<string>;
}

export const SHOP = { success_url: 'https://example.com/thanks', cancel_url: 'https://example.com/' };

let count = 0;
export function unique(prefix: string): string {
  return `${prefix}${Date.now().toString(36)}x${(count += 1)}`;
}

export function now(): number {
  return Math.floor(Date.now() / 1000);
}

/** Whether Stripe has refused it, rather than never answered. */
export function answered(error: unknown): error is InstanceType<typeof Stripe.errors.StripeError> {
  return error instanceof Stripe.errors.StripeError && error.statusCode !== undefined;
}

/** How a call ended, in one line; what differs each time is called X. */
export async function told(call: Promise<unknown>, ...different: (string | number)[]): Promise<string> {
  const line = await call.then(
    () => 'accepted',
    (error: unknown) => {
      if (!answered(error)) throw error;
      const param = error.param ? ` (${error.param})` : '';
      return `${error.statusCode} ${error.code ?? 'no code'}${param}: ${error.message}`;
    },
  );
  return different.reduce<string>((text, one) => text.replaceAll(String(one), 'X'), line);
}

/** Of a refusal only what our client goes by: status, code or else type, and what its parameter names. */
export async function brief(call: Promise<unknown>, about: string[] = []): Promise<string> {
  const error = await call.then(
    () => undefined,
    (refused: unknown) => refused,
  );
  if (error === undefined) return 'accepted';
  if (!answered(error)) throw error;
  const named = about.length > 0 ? `, about ${about.find((word) => error.param?.includes(word)) ?? error.param ?? 'nothing'}` : '';
  return `${error.statusCode} ${error.code ?? error.rawType}${named}`;
}

export async function coupon({ stripe, after }: Asked, params: Stripe.CouponCreateParams = { percent_off: 25 }): Promise<Stripe.Coupon> {
  const made = await stripe.coupons.create({ id: unique('cm_probe_'), ...params });
  after(() => stripe.coupons.del(made.id));
  return made;
}

export async function code({ stripe, after }: Asked, promoted: string, params: Partial<Stripe.PromotionCodeCreateParams> = {}): Promise<Stripe.PromotionCode> {
  const made = await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: promoted }, ...params });
  after(() => stripe.promotionCodes.update(made.id, { active: false }));
  return made;
}

/** A session of one thing that costs this much. */
export async function session({ stripe, after }: Asked, more: Partial<Stripe.Checkout.SessionCreateParams> = {}, unit_amount = 2900, currency = 'usd') {
  const line = { quantity: 1, price_data: { currency, unit_amount, product_data: { name: 'Probe' } } };
  const made = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [line], ...SHOP, ...more });
  after(() => stripe.checkout.sessions.expire(made.id));
  return made;
}

/** A call without the SDK: its status, headers and body. */
export async function raw(asked: Asked, method: string, path: string, options: { key?: string; version?: string; form?: Record<string, string> } = {}) {
  const headers: Record<string, string> = { authorization: `Bearer ${options.key ?? asked.key}` };
  if (options.version) headers['stripe-version'] = options.version;
  const body = options.form && new URLSearchParams(options.form);
  const answer = await fetch(`${asked.origin}${path}`, { method, headers, ...(body ? { body } : {}), signal: AbortSignal.timeout(20_000) });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

/** What shape a refusal has: the API's own, or that of OAuth. */
export function shape(body: Record<string, unknown>): string {
  const { error } = body;
  if (typeof error === 'string') return `{"error":"${error}","error_description":…}`;
  const { type, code } = (error ?? {}) as { type?: string; code?: string };
  return `{"error":{"type":"${type}","code":${JSON.stringify(code ?? null)},…}}`;
}
