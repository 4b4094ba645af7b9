// What an owner does on the way to every other thing: signing in, a key from Stripe, a code from a backend.
import { type APIRequestContext, type BrowserContext, type Page } from '@playwright/test';
import { type Demo, expect } from './fixtures.ts';

/** The owner of the demo's workspace, which has the app `taskpomo` and is connected. */
export const DEMO_OWNER = 'owner@example.com';

/** Links that were given out here: the mailbox has them still, and the next mail may be on its way. */
const given = new Set<string>();
/** Sessions of this worker, by server and address: links are limited for each address. */
const sessions = new Map<string, Awaited<ReturnType<BrowserContext['cookies']>>>();

/** The newest sign-in link that the mailbox has for an address. */
export async function linkFor(page: Page, demo: Demo, address: string): Promise<string> {
  const newest = page.locator('article', { hasText: `to ${address}` }).getByRole('link').first();
  let link = '';
  await expect(async () => {
    await page.goto(demo.mailbox_url);
    link = (await newest.getAttribute('href', { timeout: 200 })) ?? '';
    expect(given).not.toContain(link);
  }).toPass();
  given.add(link);
  return link;
}

/** Signs in by the mailed link, with or without scripts. */
export async function signIn(page: Page, demo: Demo, address: string): Promise<void> {
  const session = `${demo.url} ${address}`;
  const known = sessions.get(session);
  if (known) {
    await page.context().addCookies(known);
    await page.goto('/apps');
    return;
  }
  await page.goto('/');
  await page.getByLabel('E-mail address').fill(address);
  await page.getByLabel('E-mail address').press('Enter');
  await expect(page.getByText(address)).toBeVisible();
  await page.goto(await linkFor(page, demo, address));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/apps*');
  sessions.set(session, await page.context().cookies());
}

/** Creates a key on the page of the stand-in that a link of ours opens; deleted there again, if that is asked for. */
export async function keyFrom(page: Page, link: string | null): Promise<string> {
  const stripe = await page.context().newPage();
  await stripe.goto(link ?? '');
  await stripe.getByRole('button', { name: 'Create key' }).click();
  const key = (await stripe.locator('#key').textContent())?.trim() ?? '';
  await stripe.close();
  expect(key).toMatch(/^rk_test_/);
  return key;
}

/** A reward, as far as journeys look at it. */
export interface Reward {
  id: string;
  campaign: string;
  code: string;
  email: string | null;
  sync: { state: string; cause: string | null; stripe_coupon: string | null; stripe_promotion_code: string | null };
  email_delivery: { state: string };
  used: { stripe_checkout_session: string | null; amount_off_cents: number | null; currency: string | null } | null;
}

/** The mails that the mailbox has for an address once there are so many, the newest first. */
export async function mailsTo(page: Page, demo: Demo, address: string, count = 1): Promise<{ subject: string; text: string }[]> {
  const box = await page.context().newPage();
  const mails = box.locator('article', { hasText: `to ${address}` });
  await expect(async () => {
    await box.goto(demo.mailbox_url);
    await expect(mails).toHaveCount(count, { timeout: 200 });
  }).toPass();
  const read = [];
  for (const mail of await mails.all()) {
    read.push({ subject: await mail.getByRole('heading').innerText(), text: await mail.locator('pre').innerText() });
  }
  await box.close();
  return read;
}

/** Calls the API as a backend does. */
export class Backend {
  constructor(
    private readonly request: APIRequestContext,
    private readonly demo: Demo,
    private readonly key = demo.api_key,
    private readonly app = demo.app_id,
  ) {}

  private async call(method: string, path: string, data?: object, status = 201) {
    const headers = { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' };
    const answer = await this.request.fetch(`${this.demo.url}/v1/${path}`, { method, headers, data });
    expect(answer.status(), await answer.text()).toBe(status);
    return answer.json();
  }

  /** A customer has earned; the reward. */
  async earn(campaign: string, email: string, fields: object = {}, status = 201): Promise<Reward> {
    return this.call('POST', `campaigns/${campaign}/rewards`, { email, ...fields }, status);
  }

  /** A reward as it is now. */
  async reward({ campaign, id }: Pick<Reward, 'campaign' | 'id'>): Promise<Reward> {
    return this.call('GET', `campaigns/${campaign}/rewards/${id}`, undefined, 200);
  }

  /** A new campaign; its id. */
  async campaign(name: string, fields: object = { percent_off: 25 }): Promise<string> {
    return (await this.call('POST', 'campaigns', { app_id: this.app, name, ...fields })).id;
  }

  /** A new code; its id. */
  async code(code: string, fields: object = { percent_off: 20 }): Promise<string> {
    return (await this.call('POST', 'admin/discount-codes', { app_id: this.app, code, ...fields })).id;
  }

  async change(id: string, fields: object): Promise<void> {
    await this.call('PATCH', `admin/discount-codes/${id}`, fields, 200);
  }

  async archive(id: string): Promise<void> {
    await this.call('DELETE', `admin/discount-codes/${id}`, undefined, 200);
  }

  /** A checkout with a code; the session's address and the coupon's id. */
  async checkout(code: string, status = 201, more: object = {}): Promise<{ url: string; coupon: string }> {
    const page = 'https://example.com/';
    const fields = { app_id: this.app, price_id: 'price_1ABC', discount_code: code, success_url: page, cancel_url: page };
    const made = await this.call('POST', 'checkout/sessions', { ...fields, ...more }, status);
    return { url: made.url, coupon: made.discount?.stripe_coupon };
  }
}
