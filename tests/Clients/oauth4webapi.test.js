import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { startApp } from './support/app.js';
import { startPerson } from './support/person.js';
import { clientSecret, issuer, redirectUri, signedOutUri } from './support/settings.js';

const loopback = { [oauth.allowInsecureRequests]: true };
const client = { client_id: 'web-app' };
const authentication = oauth.ClientSecretBasic(clientSecret);

let stopApp;
let person;

before(async () => {
  stopApp = await startApp();
  person = await startPerson('wang');
});

after(async () => {
  await person.close();
  await stopApp();
});

test('oauth4webapi: code + PKCE, refresh, userinfo and logout', async () => {
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, loopback));
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const request = new URL(server.authorization_endpoint);
  request.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile offline_access',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  }).toString();

  const answer = oauth.validateAuthResponse(server, client, await person.goTo(request), state);
  const tokens = await oauth.processAuthorizationCodeResponse(
    server,
    client,
    await oauth.authorizationCodeGrantRequest(server, client, authentication, answer, redirectUri, verifier, loopback),
    { expectedNonce: nonce, requireIdToken: true },
  );
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);

  const refreshed = await oauth.processRefreshTokenResponse(
    server, client, await oauth.refreshTokenGrantRequest(server, client, authentication, tokens.refresh_token, loopback));
  assert.equal(oauth.getValidatedIdTokenClaims(refreshed).sub, sub);
  const claims = await oauth.processUserInfoResponse(
    server, client, sub, await oauth.userInfoRequest(server, client, refreshed.access_token, loopback));
  assert.ok(claims.name);

  const logout = new URL(server.end_session_endpoint);
  logout.search = new URLSearchParams({ id_token_hint: refreshed.id_token, post_logout_redirect_uri: signedOutUri }).toString();
  assert.equal((await person.goTo(logout)).href, signedOutUri);
  request.searchParams.set('prompt', 'none');
  assert.equal((await person.goTo(request)).searchParams.get('error'), 'login_required');
});
