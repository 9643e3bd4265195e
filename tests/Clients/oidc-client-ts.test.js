import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startApp } from './support/app.js';
import { startPerson } from './support/person.js';
import { app, issuer, redirectUri, signedOutUri } from './support/settings.js';

const settings = {
  authority: issuer.origin,
  client_id: 'browser-app',
  redirect_uri: redirectUri,
  post_logout_redirect_uri: signedOutUri,
  scope: 'openid profile offline_access',
  loadUserInfo: true,
};

let stopApp;
let person;

before(async () => {
  stopApp = await startApp();
  person = await startPerson('chen');
});

after(async () => {
  await person.close();
  await stopApp();
});

/** Runs something in the app's page, with a manager of the library; what it promises comes back. */
const inPage = (run) =>
  person.page.evaluate(
    ([given, body]) => {
      const manager = new globalThis.oidc.UserManager({ ...given, userStore: new globalThis.oidc.WebStorageStateStore({ store: localStorage }) });
      return globalThis.eval(`(${body})`)(manager);
    },
    [settings, run.toString()],
  );

/** The same where it leaves the page, up to the page of the app where the provider leads back to. */
async function leave(run) {
  await Promise.all([person.page.waitForURL((url) => url.origin !== app || url.pathname !== '/'), inPage(run).catch(() => {})]);
  return person.answerPages();
}

test('oidc-client-ts in Chromium: code + PKCE, userinfo, refresh and logout', async () => {
  await person.page.goto(app);
  const back = await leave((manager) => manager.signinRedirect());
  assert.equal(back.pathname, '/callback');

  const user = await inPage(async (manager) => {
    const signedIn = await manager.signinCallback();
    return { profile: signedIn.profile, expired: signedIn.expired, refresh: signedIn.refresh_token };
  });
  assert.ok(user.profile.sub);
  assert.ok(user.profile.name);
  assert.equal(user.expired, false);

  const renewed = await inPage(async (manager) => {
    const again = await manager.signinSilent();
    return { sub: again.profile.sub, refresh: again.refresh_token };
  });
  assert.equal(renewed.sub, user.profile.sub);
  assert.notEqual(renewed.refresh, user.refresh);

  await person.page.goto(app);
  const over = await leave((manager) => manager.signoutRedirect());
  assert.equal(over.pathname, '/signed-out');
  assert.equal(await inPage(async (manager) => (await manager.getUser()) === null), true);
});
