import { expect, hydrated, test } from './fixtures.ts';

test('the home page answers and hydrates', async ({ page }) => {
  const wasm = page.waitForResponse((response) => /\/assets\/codemint\.[0-9a-f]+\.wasm$/.test(response.url()));
  const answer = await page.goto('/');
  expect(answer?.ok()).toBe(true);
  expect(await answer?.headerValue('content-security-policy')).toContain("'nonce-");

  const program = await wasm;
  expect(program.status()).toBe(200);
  expect(await program.headerValue('content-type')).toBe('application/wasm');
  expect(await program.headerValue('content-encoding')).toBe('br');

  await hydrated(page);
});
