import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import Provider from 'oidc-provider';
import { createApp } from '../app.js';
import { readSettings } from '../settings.js';

/** A certified provider and the partner app beside it, on free ports. */
export async function start() {
  const provider = createServer();
  const partner = createServer();
  const issuer = await listen(provider);
  const base = await listen(partner);

  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const oidc = new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'test' }] },
    clients: [{
      client_id: 'demo-partner',
      client_secret: 'secret',
      redirect_uris: [`${base}/callback`],
      post_logout_redirect_uris: [`${base}/signed-out`],
      backchannel_logout_uri: `${base}/backchannel-logout`,
      backchannel_logout_session_required: true,
      grant_types: ['authorization_code', 'refresh_token'],
    }],
    claims: { openid: ['sub'], profile: ['name', 'locale'] },
    findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id, name: '<b>某人</b>', locale: 'zh-CN' }) }),
    issueRefreshToken: () => true,
    pkce: { required: () => true },
    features: { backchannelLogout: { enabled: true } },
    cookies: { keys: ['only for tests'] },
    // Its own dispatcher refuses loopback addresses, where the partner app of a test is.
    fetch: (url, { dispatcher, ...init }) => fetch(url, init),
  });
  provider.on('request', oidc.callback());
  partner.on('request', createApp(readSettings({ ISSUER: issuer, CLIENT_SECRET: 'secret', BASE_URL: base })));

  return {
    issuer,
    base,
    /** A logout token as the provider would make it, with the changes a test makes to it. */
    logoutToken: ({ claims = {}, key = privateKey, header = {}, issuedAt = '0s' } = {}) =>
      new SignJWT({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, jti: 'one', iss: issuer, aud: 'demo-partner', ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'test', typ: 'logout+jwt', ...header })
        .setIssuedAt(issuedAt)
        .sign(key),
    stop() {
      for (const server of [provider, partner]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

export const listen = (server) => new Promise((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve(`http://localhost:${server.address().port}`));
});
