import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { generateKeyPair, UnsecuredJWT } from 'jose';
import { createApp } from './app.js';
import { languageOf } from './language.js';
import { readSettings } from './settings.js';
import { Browser } from './testing/browser.js';
import { listen, start } from './testing/servers.js';

let servers;
before(async () => { servers = await start(); });
after(() => servers.stop());

const at = (path) => servers.base + path;
const isCallback = (url) => url.pathname === '/callback';

/** Signs in at the provider's own pages; with `stop`, up to there. */
async function signIn(browser, options = {}) {
  const login = await browser.open(at('/sign-in'));
  const consent = await browser.submit(login, { login: 'someone', password: 'any' });
  return browser.submit(consent, {}, options);
}

const me = async (browser) => {
  const { status, text } = await browser.open(at('/me.json'));
  return { status, ...JSON.parse(text) };
};

const logOut = (token) => fetch(at('/backchannel-logout'), { method: 'POST', body: new URLSearchParams({ logout_token: token }) });

describe('signing in', () => {
  it('shows the claims of the id token and of userinfo', async () => {
    const browser = new Browser();
    const page = await signIn(browser);
    assert.equal(page.url.pathname, '/');
    assert.match(page.text, /<td>&lt;b&gt;某人&lt;\/b&gt;<\/td>/);

    const { status, id_token: idToken, userinfo } = await me(browser);
    assert.equal(status, 200);
    assert.equal(idToken.iss, servers.issuer);
    assert.equal(idToken.aud, 'demo-partner');
    assert.ok(idToken.nonce && idToken.sid);
    assert.deepEqual(userinfo, { sub: 'someone', name: '<b>某人</b>', locale: 'zh-CN' });
  });

  it('asks with PKCE, state and nonce', async () => {
    const { url } = await new Browser().open(at('/sign-in'), { stop: ({ origin }) => origin === servers.issuer });
    const asked = Object.fromEntries(url.searchParams);
    assert.equal(asked.code_challenge_method, 'S256');
    assert.ok(asked.code_challenge.length >= 43 && asked.state.length >= 20 && asked.nonce.length >= 20);
    assert.equal(asked.redirect_uri, at('/callback'));
  });

  it('gives the session another id, in a cookie that scripts do not see', async () => {
    const browser = new Browser();
    const { url } = await signIn(browser, { stop: isCallback });
    const known = browser.cookie('partner_session');
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie: `partner_session=${known}` } });
    const [cookie] = answer.headers.getSetCookie();
    assert.match(cookie, /^partner_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    assert.ok(!cookie.includes(known));
    assert.equal((await me(browser)).status, 401, 'the id from before the sign-in is worth nothing');
  });

  it('is refreshed with the refresh token', async () => {
    const browser = new Browser();
    await signIn(browser);
    const page = await browser.open(at('/refresh'), { method: 'POST' });
    assert.equal(page.status, 200);
    const { refreshable, refreshes, userinfo } = await me(browser);
    assert.deepEqual({ refreshable, refreshes, name: userinfo.name }, { refreshable: true, refreshes: 1, name: '<b>某人</b>' });
  });
});

describe('what goes wrong', () => {
  for (const [language, said] of [['zh-CN', '你在互通拒绝了这次授权'], ['en', 'You refused at Hutong']])
    it(`says in ${language} that the person refused`, async () => {
      const browser = new Browser({ 'accept-language': language });
      const login = await browser.open(at('/sign-in'));
      const page = await browser.open(`${login.url.href}/abort`);
      assert.equal(page.status, 403);
      assert.match(page.text, new RegExp(said));
      assert.match(page.text, /<code id="error">access_denied<\/code>/);
      assert.match(page.text, new RegExp(`<html lang="${language}">`));
    });

  it('refuses a callback that another browser brings, and one brought twice', async () => {
    const browser = new Browser();
    const { url } = await signIn(browser, { stop: isCallback });
    assert.match((await new Browser().open(url)).text, /not_begun_here/);
    assert.equal((await browser.open(url)).status, 200);
    const again = await browser.open(url);
    assert.equal(again.status, 400);
    assert.match(again.text, /not_begun_here/);
  });

  for (const [name, parameter, error] of [['state', 'state', 'not_begun_here'], ['code', 'code', 'invalid_grant'], ['issuer', 'iss', 'OAUTH_INVALID_RESPONSE']])
    it(`refuses a callback with another ${name}`, async () => {
      const browser = new Browser();
      const { url } = await signIn(browser, { stop: isCallback });
      url.searchParams.set(parameter, 'https://other.example');
      const page = await browser.open(url);
      assert.ok(page.status >= 400);
      assert.match(page.text, new RegExp(`<code id="error">${error}</code>`));
      assert.equal((await me(browser)).status, 401);
    });

  it('escapes what an error says', async () => {
    const browser = new Browser();
    const { url } = await browser.open(at('/sign-in'), { stop: ({ origin }) => origin === servers.issuer });
    const callback = new URL(at('/callback'));
    callback.search = new URLSearchParams({ state: url.searchParams.get('state'), iss: servers.issuer, error: '<i>', error_description: '<script>' });
    const page = await browser.open(callback);
    assert.match(page.text, /&lt;i&gt;.*&lt;script&gt;/);
    assert.doesNotMatch(page.text, /<script|<i>/);
  });

  it('says that the provider cannot be reached, and signs in once it can', async () => {
    const partner = createServer();
    const base = await listen(partner);
    const absent = createServer();
    const issuer = await listen(absent);
    const port = absent.address().port;
    await new Promise((closed) => absent.close(closed));
    partner.on('request', createApp(readSettings({ ISSUER: issuer, CLIENT_SECRET: 'secret', BASE_URL: base })));

    const page = await new Browser().open(`${base}/sign-in`);
    assert.equal(page.status, 502);
    assert.match(page.text, /provider_unreachable/);

    const metadata = { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` };
    const present = createServer((request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(metadata)));
    await new Promise((listening) => present.listen(port, '127.0.0.1', listening));
    const { url } = await new Browser().open(`${base}/sign-in`, { stop: ({ origin }) => origin === issuer });
    assert.equal(url.pathname, '/authorize');
    for (const server of [partner, present]) {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe('signing out', () => {
  it('signs out here and at the provider', async () => {
    const browser = new Browser();
    await signIn(browser);
    const confirm = await browser.open(at('/sign-out'), { method: 'POST' });
    assert.equal(confirm.url.searchParams.get('post_logout_redirect_uri'), at('/signed-out'));
    assert.ok(confirm.url.searchParams.get('id_token_hint'));
    assert.equal((await me(browser)).status, 401);

    const page = await browser.submit(confirm, { logout: 'yes' });
    assert.equal(page.url.pathname, '/signed-out');
    const silent = await browser.open(at('/sign-in?prompt=none'));
    assert.match(silent.text, /login_required/);
  });

  it('is told by the provider behind the browser\'s back', async () => {
    const browser = new Browser();
    const other = new Browser();
    await signIn(browser);
    await signIn(other);
    const confirm = await browser.open(`${servers.issuer}/session/end`);
    await browser.submit(confirm, { logout: 'yes' });
    assert.equal((await me(browser)).status, 401);
    assert.equal((await me(other)).status, 200, 'a session of its own stays');
  });

  it('still ends the session after a refresh', async () => {
    const browser = new Browser();
    await signIn(browser);
    await browser.open(at('/refresh'), { method: 'POST' });
    const { id_token: { sid } } = await me(browser);
    assert.equal((await logOut(await servers.logoutToken({ claims: { sid } }))).status, 200);
    assert.equal((await me(browser)).status, 401);
  });

  it('ends every session of a person where no session is named', async () => {
    const browser = new Browser();
    await signIn(browser);
    const answer = await logOut(await servers.logoutToken({ claims: { sub: 'someone' } }));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal((await me(browser)).status, 401);
  });

  it('ends nothing for a logout token that is none', async () => {
    const browser = new Browser();
    await signIn(browser);
    const { id_token: { sid } } = await me(browser);
    const stranger = (await generateKeyPair('RS256')).privateKey;
    const hour = 3_600_000;
    const forged = {
      'signed by another key': await servers.logoutToken({ claims: { sid }, key: stranger }),
      'by a key nobody knows': await servers.logoutToken({ claims: { sid }, key: stranger, header: { kid: 'none' } }),
      'for another app': await servers.logoutToken({ claims: { sid, aud: 'other' } }),
      'from another issuer': await servers.logoutToken({ claims: { sid, iss: 'https://other.example' } }),
      'with a nonce': await servers.logoutToken({ claims: { sid, nonce: 'n' } }),
      'without the event': await servers.logoutToken({ claims: { sid, events: {} } }),
      'with the event not an object': await servers.logoutToken({ claims: { sid, events: { 'http://schemas.openid.net/event/backchannel-logout': true } } }),
      'without a jti': await servers.logoutToken({ claims: { sid, jti: undefined } }),
      'that names nobody': await servers.logoutToken(),
      'an hour old': await servers.logoutToken({ claims: { sid }, issuedAt: new Date(Date.now() - hour) }),
      'unsigned': new UnsecuredJWT({ sid, iss: servers.issuer, aud: 'demo-partner', jti: 'x' }).setIssuedAt().encode(),
      'no token at all': '',
    };
    for (const [name, token] of Object.entries(forged)) {
      const answer = await logOut(token);
      assert.equal(answer.status, 400, name);
      assert.equal((await answer.json()).error, 'invalid_request', name);
    }
    assert.equal((await me(browser)).status, 200);
  });

  it('is not done by a form on another site', async () => {
    const browser = new Browser();
    await signIn(browser);
    const answer = await browser.open(at('/sign-out'), { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } });
    assert.equal(answer.status, 403);
    assert.equal((await me(browser)).status, 200);
  });
});

describe('the rest', () => {
  it('embeds a card from the provider\'s origin in a page of another', async () => {
    const page = await new Browser().open(at(`/embed-demo?product=${encodeURIComponent('a"><script>$&')}`));
    assert.match(page.text, new RegExp(`<script async src="${servers.issuer}/embed/card.js"></script>`));
    assert.match(page.text, /<hutong-card product="a&quot;&gt;&lt;script&gt;\$&amp;"><\/hutong-card>/);
  });

  it('is healthy, and knows no other page', async () => {
    for (const path of ['/health', '/health/live', '/health/ready']) assert.equal((await fetch(at(path))).status, 200);
    assert.equal((await fetch(at('/health'), { method: 'HEAD' })).status, 200);
    assert.equal((await fetch(at('/none'))).status, 404);
    assert.equal((await fetch(at('/refresh'))).status, 404);
  });

  it('refuses a body that is too long', async () => {
    const answer = await fetch(at('/backchannel-logout'), { method: 'POST', body: 'x'.repeat(100_000) });
    assert.equal(answer.status, 413);
  });

  it('takes its settings from the environment, and names the one that does not fit', () => {
    const settings = readSettings({ CLIENT_SECRET: 's' });
    assert.deepEqual([settings.issuer.href, settings.clientId, settings.port, settings.baseUrl.origin],
      ['http://localhost:8080/', 'demo-partner', 5300, 'http://partner.localhost:5300']);
    assert.throws(() => readSettings({}), /CLIENT_SECRET/);
    assert.throws(() => readSettings({ CLIENT_SECRET: 's', PORT: 'x' }), /PORT/);
    assert.throws(() => readSettings({ CLIENT_SECRET: 's', ISSUER: 'ftp://x' }), /ISSUER/);
  });

  it('speaks Chinese unless English is preferred', () => {
    assert.deepEqual(
      ['en-GB,en;q=0.9,zh;q=0.8', 'zh-CN,en;q=0.8', 'fr, en;q=0.2', 'en;q=0, zh', 'eng', '', undefined].map(languageOf),
      ['en', 'zh-CN', 'en', 'zh-CN', 'zh-CN', 'zh-CN', 'zh-CN']);
  });
});
