import { expect, test } from './fixtures.ts';

test('the home page answers and hydrates', async ({ page }) => {
  const wasm = page.waitForResponse((response) => /\/assets\/codemint\.[0-9a-f]+\.wasm$/.test(response.url()));
  const answer = await page.goto('/');
  expect(answer?.ok()).toBe(true);
  expect(await answer?.headerValue('content-security-policy')).toContain("'nonce-");

  const program = await wasm;
  expect(program.status()).toBe(200);
  expect(await program.headerValue('content-type')).toBe('application/wasm');
  expect(await program.headerValue('content-encoding')).toBe('br');

  // The script in the head waits for `hydrate()`, so a module that loads after it sees it done; anything that goes wrong on the
  // way is a console error, and the fixture fails the test.
  await page.waitForLoadState('networkidle');
  await expect(page.locator('body')).not.toBeEmpty();
});
