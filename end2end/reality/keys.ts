// Whose key may be used, and that it is told to nobody.

/** Only keys of test mode are ever used; the refusal does not repeat the key. */
export function testKey(key: string): string {
  if (/^(sk|rk)_test_\w+$/.test(key)) return key;
  throw new Error('STRIPE_TEST_SECRET_KEY must be a key of test mode: sk_test_… or rk_test_…');
}

/** A text without anything that looks like a key. */
export function withoutKeys(text: string, key: string): string {
  return text.replaceAll(key, '(key)').replace(/\b(sk|rk|pk)_(test|live)_[\w*]+/g, '(key)');
}
