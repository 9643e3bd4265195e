// What run.js hands to the tests.
function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the tests with 'npm test'.`);
  return value;
}

/** The provider, as partner apps know it. */
export const issuer = new URL(needed('HUTONG_ORIGIN'));

/** Where the tests' own app answers. */
export const app = needed('TEST_APP');

export const redirectUri = `${app}/callback`;
export const signedOutUri = `${app}/signed-out`;

/** The secret of web-app. */
export const clientSecret = needed('TEST_CLIENT_SECRET');

/** The private key of key-app, PKCS#8. */
export const clientKey = needed('TEST_CLIENT_KEY');
