import { createRemoteJWKSet, errors as joseErrors, jwtVerify } from 'jose';
import * as client from 'openid-client';

/** The member that makes a JWT a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.4). */
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** A logout token that is none; the message says why. */
export class InvalidLogoutToken extends Error {}

/** The OpenID provider, as this app sees it. Its metadata is read on first use, and again after a failure. */
export class Provider {
  #settings;
  #discovered = null;
  #keys = null;

  /** @param {import('./settings.js').Settings} settings */
  constructor(settings) {
    this.#settings = settings;
  }

  get redirectUri() {
    return new URL('/callback', this.#settings.baseUrl).href;
  }

  /**
   * Begins a sign-in.
   * @param {{ prompt?: string, language: string }} wishes
   * @returns {Promise<{ address: URL, pending: { state: string, nonce: string, verifier: string, scope: string } }>}
   *   where to send the browser, and what its callback must match
   */
  async beginSignIn({ prompt, language }) {
    const configuration = await this.#configuration();
    const offered = configuration.serverMetadata().scopes_supported ?? [];
    const pending = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      scope: ['openid', 'profile', ...(offered.includes('offline_access') ? ['offline_access'] : [])].join(' '),
    };
    const address = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri,
      scope: pending.scope,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
      ui_locales: language,
      ...(prompt ? { prompt } : {}),
    });
    return { address, pending };
  }

  /**
   * Redeems the code in the callback's address. The library checks state, issuer, nonce, signature, audience and times.
   * @param {string} query the callback's query
   */
  async completeSignIn(query, { state, nonce, verifier, scope }) {
    const configuration = await this.#configuration();
    const tokens = await client.authorizationCodeGrant(configuration, new URL(query, this.redirectUri), {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    return {
      // Kept apart: an id token that comes with a refresh need not name the session again.
      sid: claims.sid,
      idTokenClaims: claims,
      idToken: tokens.id_token,
      ...(await this.#access(configuration, tokens, claims.sub)),
      // RFC 6749, section 5.1: a reply without a scope grants the one asked for.
      scope: tokens.scope ?? scope,
      refreshes: 0,
    };
  }

  /** A new access token where there is a refresh token; the claims of userinfo anew in either case. */
  async refresh(account) {
    const configuration = await this.#configuration();
    if (!account.refreshToken)
      return { ...account, userinfo: await client.fetchUserInfo(configuration, account.accessToken, account.idTokenClaims.sub) };

    const tokens = await client.refreshTokenGrant(configuration, account.refreshToken);
    const claims = tokens.claims();
    if (claims && claims.sub !== account.idTokenClaims.sub)
      throw new Error('the refreshed id token is of another person');
    const access = await this.#access(configuration, tokens, account.idTokenClaims.sub);
    return {
      ...account,
      ...access,
      refreshToken: access.refreshToken ?? account.refreshToken,
      scope: tokens.scope ?? account.scope,
      idTokenClaims: claims ?? account.idTokenClaims,
      idToken: tokens.id_token ?? account.idToken,
      refreshes: account.refreshes + 1,
    };
  }

  /** Where to send the browser to sign out at the provider, too (OpenID Connect RP-Initiated Logout 1.0). */
  async signOutAddress(account) {
    const configuration = await this.#configuration();
    return client.buildEndSessionUrl(configuration, {
      id_token_hint: account.idToken,
      post_logout_redirect_uri: new URL('/signed-out', this.#settings.baseUrl).href,
    });
  }

  /**
   * Verifies a logout token as OpenID Connect Back-Channel Logout 1.0, section 2.6, asks.
   * @param {string} token
   * @returns {Promise<{ sid?: string, sub?: string }>} whose sessions end
   * @throws {InvalidLogoutToken}
   */
  async verifyLogoutToken(token) {
    const metadata = (await this.#configuration()).serverMetadata();
    this.#keys ??= createRemoteJWKSet(new URL(metadata.jwks_uri));
    const { payload } = await jwtVerify(token, this.#keys, {
      issuer: metadata.issuer,
      audience: this.#settings.clientId,
      // Asymmetric only: the key set is public, and a secret would make our own tokens pass.
      algorithms: (metadata.id_token_signing_alg_values_supported ?? ['RS256']).filter((name) => /^(RS|PS|ES|EdDSA|Ed)/.test(name)),
      requiredClaims: ['iat', 'jti', 'events'],
      maxTokenAge: '5 minutes',
      clockTolerance: 10,
    }).catch((error) => {
      if (error instanceof joseErrors.JOSEError && error.code !== 'ERR_JWKS_TIMEOUT') throw new InvalidLogoutToken(error.code, { cause: error });
      throw error;
    });
    if (!isObject(payload.events) || !isObject(payload.events[logoutEvent])) throw new InvalidLogoutToken('events');
    if (payload.nonce !== undefined) throw new InvalidLogoutToken('nonce');
    if (typeof payload.sid !== 'string' && typeof payload.sub !== 'string') throw new InvalidLogoutToken('neither sid nor sub');
    return { sid: payload.sid, sub: payload.sub };
  }

  async #access(configuration, tokens, subject) {
    return {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
      userinfo: await client.fetchUserInfo(configuration, tokens.access_token, subject),
    };
  }

  #configuration() {
    this.#discovered ??= client.discovery(
      this.#settings.issuer,
      this.#settings.clientId,
      undefined,
      client.ClientSecretBasic(this.#settings.clientSecret),
      {
        timeout: 10,
        execute: [
          // Without it the signature of an id token that came straight from the token endpoint is not checked.
          client.enableNonRepudiationChecks,
          // For development on one machine only, where there is no certificate to have.
          ...(isLocal(this.#settings.issuer) ? [client.allowInsecureRequests] : []),
        ],
      },
    ).catch((error) => {
      this.#discovered = null;
      throw error;
    });
    return this.#discovered;
  }
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

const isLocal = (address) => address.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(address.hostname);
