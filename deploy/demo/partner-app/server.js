#!/usr/bin/env node
import { createServer } from 'node:http';
import { createApp } from './app.js';
import { readSettings } from './settings.js';

let settings;
try {
  settings = readSettings(process.env);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

const server = createServer(createApp(settings));
server.on('error', (error) => {
  console.error(error.code === 'EADDRINUSE'
    ? `Port ${settings.port} is in use: stop what listens there, or set PORT.`
    : `The partner app cannot listen on ${settings.host}:${settings.port}: ${error.code}`);
  process.exit(1);
});
server.listen(settings.port, settings.host, () => console.log(`The partner app is at ${settings.baseUrl.origin}`));

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
