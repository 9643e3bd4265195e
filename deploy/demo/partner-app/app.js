import { readFileSync } from 'node:fs';
import * as client from 'openid-client';
import { escape } from './html.js';
import { languageOf } from './language.js';
import { errorPage, homePage, signedOutPage } from './pages.js';
import { InvalidLogoutToken, Provider } from './provider.js';
import { Sessions } from './sessions.js';

const cookieName = 'partner_session';
const longestBody = 64 * 1024;
const embedPage = readFileSync(new URL('../embed-page/index.html', import.meta.url), 'utf8');

/**
 * The partner app as a handler for node:http.
 * @param {import('./settings.js').Settings} settings
 * @returns {import('node:http').RequestListener}
 */
export function createApp(settings) {
  const provider = new Provider(settings);
  const sessions = new Sessions();

  const routes = {
    'GET /': ({ session, language }) => page(200, homePage(language, session?.account ?? null)),
    'GET /me.json': ({ session }) => (session?.account ? json(200, me(session.account)) : json(401, { error: 'not_signed_in' })),
    'GET /health': () => json(200, { status: 'ok' }),
    'GET /embed-demo': ({ url }) => embed(url.searchParams.get('product') ?? ''),
    'GET /signed-out': ({ language }) => page(200, signedOutPage(language)),

    async 'GET /sign-in'({ session, url, language }) {
      const { address, pending } = await provider.beginSignIn({ prompt: url.searchParams.get('prompt') ?? undefined, language });
      const own = session ?? sessions.create();
      sessions.begin(own, pending);
      return redirect(address.href, cookie(own.id));
    },

    async 'GET /callback'({ session, url, language }) {
      const pending = sessions.take(session, url.searchParams.get('state'));
      if (!pending) return page(400, errorPage(language, 'not_begun_here'));
      const account = await provider.completeSignIn(url.search, pending);
      return redirect('/', cookie(sessions.signIn(session, account).id));
    },

    async 'POST /refresh'({ session }) {
      if (!session?.account) return redirect('/');
      session.account = await provider.refresh(session.account);
      return redirect('/');
    },

    async 'POST /sign-out'({ session }) {
      if (!session?.account) return redirect('/', cookie('', 0));
      // First here, so that it holds even where the provider cannot be reached.
      sessions.end(session);
      return redirect((await provider.signOutAddress(session.account)).href, cookie('', 0));
    },

    async 'POST /backchannel-logout'({ form }) {
      try {
        sessions.endWhere(await provider.verifyLogoutToken((await form()).get('logout_token') ?? ''));
        return json(200, {});
      } catch (error) {
        if (!(error instanceof InvalidLogoutToken)) throw error;
        return json(400, { error: 'invalid_request', error_description: `the logout token is not valid: ${error.message}` });
      }
    },
  };

  const embed = (product) => page(200, embedPage
    .replaceAll('{{origin}}', () => escape(settings.issuer.origin))
    .replaceAll('{{product}}', () => escape(product)), {});

  const page = (status, body, headers = { 'content-security-policy': contentPolicy }) =>
    ({ status, body: String(body), headers: { 'content-type': 'text/html; charset=utf-8', ...headers } });

  // A form's target is checked along its redirects: signing out leads to the provider.
  const contentPolicy =
    `default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${settings.issuer.origin}`;

  const cookie = (value, maxAge) => ({
    'set-cookie': [
      `${cookieName}=${value}`, 'Path=/', 'HttpOnly', 'SameSite=Lax',
      ...(settings.baseUrl.protocol === 'https:' ? ['Secure'] : []),
      ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
    ].join('; '),
  });

  const answer = async (request) => {
    const url = new URL(request.url, settings.baseUrl);
    const language = languageOf(request.headers['accept-language']);
    const route = routes[`${request.method === 'HEAD' ? 'GET' : request.method} ${url.pathname.replace(/^\/health\/(live|ready)$/, '/health')}`];
    if (!route) return json(404, { error: 'not_found' });
    // Browsers say where a form was sent from; SameSite=Lax holds in those that do not.
    if (request.method === 'POST' && !['same-origin', 'none', undefined].includes(request.headers['sec-fetch-site']))
      return json(403, { error: 'cross_site' });
    try {
      const session = sessions.find(readCookie(request.headers.cookie));
      return await route({ session, url, language, form: () => readForm(request) });
    } catch (error) {
      const { status, code, description } = explain(error);
      // The code may be a stranger's: only what looks like one is written down.
      console.error(`${request.method} ${url.pathname} failed: ${/^\w{1,60}$/.test(code) ? code : 'unnamed'}`);
      return url.pathname === '/backchannel-logout' ? json(status, { error: code }) : page(status, errorPage(language, code, description));
    }
  };

  return async (request, response) => {
    const { status, headers, body } = await answer(request).catch((error) => {
      console.error(`${request.method} failed: ${error.name}`);
      return json(500, { error: 'server_error' });
    });
    response.writeHead(status, { 'cache-control': 'no-store', 'referrer-policy': 'same-origin', 'x-content-type-options': 'nosniff', ...headers });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}

/** What a failed step means to the visitor. Descriptions are the provider's own; nothing else of an error is shown. */
function explain(error) {
  if (error instanceof client.AuthorizationResponseError)
    return { status: error.error === 'access_denied' ? 403 : 400, code: error.error, description: error.error_description };
  if (error instanceof client.ResponseBodyError)
    return { status: error.error === 'invalid_grant' ? 400 : 502, code: error.error, description: error.error_description };
  if (error instanceof BodyTooLong) return { status: 413, code: 'too_long' };
  if (isUnreachable(error)) return { status: 502, code: 'provider_unreachable' };
  return { status: 502, code: error.code ?? error.name };
}

const isUnreachable = (error) =>
  error.code === 'OAUTH_TIMEOUT' || error.code === 'ERR_JWKS_TIMEOUT' || error.name === 'TypeError' && error.message === 'fetch failed'
  || error.cause instanceof Error && isUnreachable(error.cause);

const me = (account) => ({
  id_token: account.idTokenClaims,
  userinfo: account.userinfo,
  scope: account.scope,
  refreshable: account.refreshToken !== undefined,
  refreshes: account.refreshes,
});

const json = (status, body) => ({ status, body: `${JSON.stringify(body)}\n`, headers: { 'content-type': 'application/json; charset=utf-8' } });

const redirect = (location, headers = {}) => ({ status: 303, body: '', headers: { location, ...headers } });

const readCookie = (header = '') =>
  header.split(';').map((part) => part.trim().split('=', 2)).find(([name]) => name === cookieName)?.[1];

class BodyTooLong extends Error {}

async function readForm(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > longestBody) throw new BodyTooLong();
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
