// Signs in the person who is to be an operator when the system starts again, and writes down their id.
import { writeFile } from 'node:fs/promises';
import { apiFor } from './api.js';
import { startPerson } from './person.js';
import { issuer } from './settings.js';

const zhao = await startPerson('zhao');
try {
  await apiFor(zhao, 'hutong-cli', 'openid clients');
  const answer = await zhao.page.request.get(new URL('/account/export', issuer).href);
  const { receipts } = await answer.json();
  await writeFile(process.env.TEST_OPERATOR, receipts[0].personId);
} finally {
  await zhao.close();
}
