// The provider's own API, by a token that a person gives a program of ours in the device flow.
import * as client from 'openid-client';
import { issuer } from './settings.js';

/** Has a person let a client of ours in; what comes back calls the API for them: the answer's status, headers and body. */
export async function apiFor(person, clientId, scope) {
  const config = await client.discovery(issuer, clientId, undefined, client.None(), { execute: [client.allowInsecureRequests] });
  const device = await client.initiateDeviceAuthorization(config, { scope });
  const polling = client.pollDeviceAuthorizationGrant(config, { ...device, interval: 1 });
  await person.allowDevice(device.verification_uri_complete);
  const { access_token: token } = await polling;
  return async (method, path, body, headers = {}) => {
    const answer = await fetch(new URL(path, issuer), {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, etag: answer.headers.get('etag'), body: text ? JSON.parse(text) : undefined };
  };
}
