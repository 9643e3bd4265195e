// Starts the whole system with the clients of these tests registered, and runs the tests beside it. Arguments go to
// Node's test runner.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';

const launcher = fileURLToPath(new URL('../../deploy/launcher/bin/Release/net10.0/Hutong.Launcher.dll', import.meta.url));

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const app = `http://127.0.0.1:${await freePort()}`;
const secret = randomBytes(32).toString('base64url');
const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'of-the-tests', alg: 'ES256', use: 'sig' }] };

const addresses = { RedirectUris__0: `${app}/callback`, PostLogoutRedirectUris__0: `${app}/signed-out` };
const clients = {
  'web-app': {
    ...addresses,
    SecretHash: createHash('sha256').update(secret).digest('base64'),
    GrantTypes__0: 'authorization_code',
    GrantTypes__1: 'refresh_token',
    GrantTypes__2: 'client_credentials',
    GrantTypes__3: 'urn:ietf:params:oauth:grant-type:device_code',
  },
  'key-app': { ...addresses, AuthenticationMethod: 'private_key_jwt', Jwks: JSON.stringify(jwks), IdTokenAlgorithm: 'ES256' },
  'browser-app': addresses,
  'operations-console': { Site: 'true', Operations: 'true', GrantTypes__0: 'urn:ietf:params:oauth:grant-type:device_code' },
};

const settings = {};
for (const [id, client] of Object.entries(clients)) {
  settings[`Provider__Clients__${id}__Name`] = id;
  for (const [name, value] of Object.entries(client)) settings[`Provider__Clients__${id}__${name}`] = value;
}

const folder = await mkdtemp(join(tmpdir(), 'hutong-clients-'));
// PostgreSQL runs as somebody else where we are root, and finds its data below.
await chmod(folder, 0o755);
const environment = {
  ...process.env,
  ...settings,
  HUTONG_DATA: join(folder, 'data'),
  TEST_APP: app,
  TEST_CLIENT_SECRET: secret,
  TEST_CLIENT_KEY: await exportPKCS8(privateKey),
};

/** Runs a command beside the system, and gives its exit code. */
async function beside(command, more = {}, stdio = 'inherit') {
  const run = spawn('dotnet', [launcher, 'with-system', process.execPath, ...command], { stdio, env: { ...environment, ...more } });
  const [code] = await once(run, 'exit');
  return code ?? 1;
}

try {
  // An operator is named when the services start, by an id that they have once they signed in: so they do that first.
  const operator = join(folder, 'operator');
  process.exitCode = await beside([fileURLToPath(new URL('support/first-sign-in.js', import.meta.url))], { TEST_OPERATOR: operator });
  if (process.exitCode === 0) {
    process.exitCode = await beside(['--test', '--test-concurrency=1', ...process.argv.slice(2)], {
      Operations__Operators__0: await readFile(operator, 'utf8'),
    });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
