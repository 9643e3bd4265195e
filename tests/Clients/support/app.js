// The tests' own app, as far as a browser sees it: pages at its redirect addresses, and one that runs oidc-client-ts.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { app } from './settings.js';

const library = new URL('../node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js', import.meta.url);
const page = (body) => `<!doctype html><html lang="en"><title>app</title>${body}</html>`;

/** Starts the app; call what comes back to stop it. */
export async function startApp() {
  const server = createServer(async (request, response) => {
    const script = request.url === '/oidc-client-ts.js';
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(script ? await readFile(library) : page('<script src="/oidc-client-ts.js"></script>'));
  });
  const { hostname, port } = new URL(app);
  server.listen(Number(port), hostname);
  await once(server, 'listening');
  return async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
}
