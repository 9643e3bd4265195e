// Signs in the person who is to be an operator when the system starts again, and writes down their id.
import { writeFile } from 'node:fs/promises';
import { apiFor } from './api.js';
import { startPerson } from './person.js';

const zhao = await startPerson('zhao');
try {
  const api = await apiFor(zhao, 'hutong-cli', 'openid clients');
  const { body } = await api('GET', '/identity/me');
  await writeFile(process.env.TEST_OPERATOR, body.personId);
} finally {
  await zhao.close();
}
