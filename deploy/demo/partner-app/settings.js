/**
 * @typedef {object} Settings
 * @property {URL} issuer the provider's issuer identifier
 * @property {string} clientId
 * @property {string} clientSecret
 * @property {string} host the address to listen on
 * @property {number} port
 * @property {URL} baseUrl this app's address in the browser
 */

/**
 * Reads the settings from the environment; the first that does not fit is an error that names it.
 * @param {Record<string, string | undefined>} environment
 * @returns {Settings}
 */
export function readSettings(environment) {
  const { CLIENT_SECRET: clientSecret } = environment;
  if (!clientSecret) throw new Error('CLIENT_SECRET is missing: the secret that the provider knows this app by.');
  const port = Number(environment.PORT ?? 5300);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`PORT is not a port: ${environment.PORT}`);
  return {
    issuer: address('ISSUER', environment.ISSUER ?? 'http://localhost:8080'),
    clientId: environment.CLIENT_ID ?? 'demo-partner',
    clientSecret,
    host: environment.HOST ?? '127.0.0.1',
    port,
    baseUrl: address('BASE_URL', environment.BASE_URL ?? `http://partner.localhost:${port}`),
  };
}

function address(name, value) {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    throw new Error(`${name} is not an http or https address: ${value}`);
  return new URL(value);
}
