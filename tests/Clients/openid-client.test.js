import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { importPKCS8 } from 'jose';
import * as client from 'openid-client';
import { startApp } from './support/app.js';
import { startPerson } from './support/person.js';
import { clientKey, clientSecret, issuer, redirectUri, signedOutUri } from './support/settings.js';

const scope = 'openid profile offline_access';
const loopback = { execute: [client.allowInsecureRequests] };

let stopApp;
let person;

before(async () => {
  stopApp = await startApp();
});

after(() => stopApp());

/** The web app, which has a secret. */
const webApp = (authentication) => client.discovery(issuer, 'web-app', undefined, authentication ?? client.ClientSecretBasic(clientSecret), loopback);

/** Has a fresh person sign in, by code and PKCE. */
async function signIn(config, parameters = {}, begin = (request) => client.buildAuthorizationUrl(config, request)) {
  const verifier = client.randomPKCECodeVerifier();
  const request = {
    redirect_uri: redirectUri,
    scope,
    state: client.randomState(),
    nonce: client.randomNonce(),
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...parameters,
  };
  const answer = await person.goTo(await begin(request));
  return client.authorizationCodeGrant(config, answer, {
    pkceCodeVerifier: verifier,
    expectedState: request.state,
    expectedNonce: request.nonce,
    idTokenExpected: true,
  });
}

/** A test with a person of its own in front of a browser. */
function withPerson(name, run) {
  test(`openid-client: ${name}`, async () => {
    person = await startPerson();
    try {
      await run();
    } finally {
      await person.close();
    }
  });
}

withPerson('code + PKCE, refresh, userinfo and logout', async () => {
  const config = await webApp();
  const tokens = await signIn(config);
  const { sub } = tokens.claims();

  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
  assert.equal(refreshed.claims().sub, sub);
  const claims = await client.fetchUserInfo(config, refreshed.access_token, sub);
  assert.ok(claims.name);

  const answer = await person.goTo(
    client.buildEndSessionUrl(config, { id_token_hint: refreshed.id_token, post_logout_redirect_uri: signedOutUri, state: 'over' }),
  );
  assert.equal(answer.href, `${signedOutUri}?state=over`);
  const silent = await person.goTo(client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid', prompt: 'none' }));
  assert.equal(silent.searchParams.get('error'), 'login_required');
});

withPerson('client_secret_post', async () => {
  const tokens = await signIn(await webApp(client.ClientSecretPost(clientSecret)));
  assert.ok(tokens.claims().sub);
});

withPerson('a pushed authorization request', async () => {
  const config = await webApp();
  const tokens = await signIn(config, {}, (request) => client.buildAuthorizationUrlWithPAR(config, request));
  assert.ok(tokens.claims().sub);
});

withPerson('introspection and revocation', async () => {
  const config = await webApp();
  const tokens = await signIn(config);

  const active = await client.tokenIntrospection(config, tokens.access_token);
  assert.equal(active.active, true);
  assert.equal(active.client_id, 'web-app');
  assert.equal(active.sub, tokens.claims().sub);
  await client.tokenRevocation(config, tokens.access_token);
  assert.deepEqual(await client.tokenIntrospection(config, tokens.access_token), { active: false });
  await client.refreshTokenGrant(config, tokens.refresh_token);
  await client.tokenRevocation(config, tokens.refresh_token);
  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
});

withPerson('private_key_jwt, and an id token signed with ES256', async () => {
  const key = await importPKCS8(clientKey, 'ES256');
  const config = await client.discovery(
    issuer, 'key-app', { id_token_signed_response_alg: 'ES256' }, client.PrivateKeyJwt({ key, kid: 'of-the-tests' }), loopback);
  const tokens = await signIn(config);
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(refreshed.claims().sub, tokens.claims().sub);
});

withPerson('the device flow', async () => {
  const config = await webApp();
  const device = await client.initiateDeviceAuthorization(config, { scope });
  await person.allowDevice(device.verification_uri_complete);
  const tokens = await client.pollDeviceAuthorizationGrant(config, device, undefined, { signal: AbortSignal.timeout(60_000) });
  const claims = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  assert.ok(claims.name);
});

test('openid-client: client credentials', async () => {
  const config = await webApp();
  const tokens = await client.clientCredentialsGrant(config, { scope: 'partner' });
  const { active, scope: granted } = await client.tokenIntrospection(config, tokens.access_token);
  assert.deepEqual([active, granted], [true, 'partner']);
});
