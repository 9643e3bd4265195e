// docs/partners.md, as a new partner follows it: its own commands and its own program, exactly as they are printed. The
// reader's part is played by a browser, and the operator's by the API.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { apiFor } from './support/api.js';
import { startPerson } from './support/person.js';
import { app, issuer } from './support/settings.js';

const page = await readFile(new URL('../../docs/partners.md', import.meta.url), 'utf8');

// Beside node_modules, where 'npm install openid-client' would have put it.
const here = fileURLToPath(new URL('.', import.meta.url));
let folder;
let reader;

before(async () => {
  folder = await mkdtemp(`${here}.reader-`);
  reader = await startPerson();
});

after(async () => {
  await reader.close();
  await rm(folder, { recursive: true, force: true });
});

/** A block of the page by its name. */
function block(name) {
  const found = page.match(new RegExp(`<!-- run: ${name.replace('.', '\\.')} -->\n\`\`\`\\w+\n(.*?)\n\`\`\``, 's'));
  assert.ok(found, `docs/partners.md has no block ${name}`);
  return found[1];
}

/** Starts a block in the reader's shell. What the page has the reader set is in the environment. */
const start = (name) =>
  spawn('bash', ['-eu', '-o', 'pipefail', '-c', block(name)], {
    cwd: folder,
    env: { ...process.env, HUTONG: issuer.origin, PORT: new URL(app).port },
    stdio: ['ignore', 'pipe', 'inherit'],
  });

/** Runs a block to its end, and gives what it printed. */
async function run(name) {
  const shell = start(name);
  let printed = '';
  shell.stdout.on('data', (data) => (printed += data));
  const [code] = await once(shell, 'close');
  assert.equal(code, 0, `${name}: ${printed}`);
  return printed;
}

/** An operator finds the client and approves it. */
async function approve(clientId) {
  const zhao = await startPerson('zhao');
  try {
    const operations = await apiFor(zhao, 'operations-console', 'openid operations');
    const reason = 'As the page promises: somebody looks at it.';
    const waiting = await operations('POST', '/identity/operations/clients', { reason });
    assert.ok(waiting.body.clients.some((client) => client.client_id === clientId));
    const seen = await operations('POST', `/identity/operations/clients/${clientId}`, { reason });
    assert.deepEqual(seen.body.contacts, ['you@noodles.example']);
    const approved = await operations('POST', `/identity/operations/clients/${clientId}/approve`, { reason }, { 'if-match': seen.etag });
    assert.equal(approved.status, 204, JSON.stringify(approved.body));
  } finally {
    await zhao.close();
  }
}

test('docs/partners.md: from nothing to a signed-in person, with what is printed there alone', async () => {
  const address = (await run('ask')).match(/http\S+[^,\s]/)[0];
  await reader.allowDevice(address);
  assert.match(await run('token'), /true/);
  const registered = JSON.parse(await run('register'));
  assert.equal(registered.status, 'pending');
  assert.match(await run('status'), /^pending$/m);
  await approve(registered.client_id);
  assert.match(await run('status'), /^approved$/m);

  await writeFile(`${folder}/app.mjs`, block('app.mjs'));
  const program = start('start');
  try {
    let printed = '';
    for await (const data of program.stdout) if ((printed += data).includes('Open ')) break;
    await reader.page.goto(app);
    await reader.page.getByRole('link', { name: 'Sign in with Hutong' }).click();
    await reader.page.waitForLoadState();
    await reader.answerPages();
    const greeting = () => reader.page.locator('p').innerText();
    const first = await greeting();
    assert.match(first, /^Hello \S.*, number \S{20,}$/);

    await reader.page.getByRole('link', { name: 'Refresh' }).click();
    assert.equal(await greeting(), first);
    await reader.page.getByRole('link', { name: 'Sign out' }).click();
    await reader.page.getByRole('link', { name: 'Sign in with Hutong' }).waitFor();
  } finally {
    program.kill();
  }
});
