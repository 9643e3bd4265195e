#!/usr/bin/env node
// Verifies downloaded receipts without a network: node deploy/receipts/verify.mjs FILE... [--jwks FILE]...
// What receipts are and what is checked: docs/receipts.md. Exit code 0: all holds; 1: something does not; 2: bad usage.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const RECEIPT = 'hutong-receipt+jwt';
const CHAIN = 'hutong-receipt-chain+jwt';

class Refused extends Error {}

const usage = 'Usage: verify.mjs FILE... [--jwks FILE]...   FILEs are downloads in their order, a jwks is what /jwks answered.';

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (e) {
    throw new Refused(`${file} cannot be read as JSON: ${e.message}`);
  }
}

function keysOf(documents) {
  const keys = new Map();
  for (const key of documents.flatMap((document) => (Array.isArray(document?.keys) ? document.keys : []))) {
    if (key?.kty !== 'RSA' || typeof key.kid !== 'string') continue;
    // That it leaked is said by one file, and counts whatever another says.
    if (!keys.has(key.kid) || key.revoked !== undefined) keys.set(key.kid, key);
  }
  return keys;
}

// Strict: another spelling of the same bytes would be another receipt with a signature that is as good.
function decode(part) {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new Refused('is not in base64url');
  return bytes;
}

function json(part) {
  try {
    const value = JSON.parse(decode(part).toString('utf8'));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value;
  } catch (e) {
    if (e instanceof Refused) throw e;
  }
  throw new Refused('has a part that is no JSON object');
}

/** The payload of a JWS whose signature holds, and whose key that was. The algorithm is ours, never the header's choice. */
function opened(jws, type, published, enclosed) {
  const parts = typeof jws === 'string' ? jws.split('.') : [];
  if (parts.length !== 3) throw new Refused('is no compact JWS');
  const header = json(parts[0]);
  if (header.alg !== 'RS256') throw new Refused(`is signed by ${header.alg}, and RS256 is the only algorithm of receipts`);
  if (header.typ !== type) throw new Refused(`is of type ${header.typ}, and not ${type}`);
  if (header.crit !== undefined) throw new Refused('has critical header parameters that are not known');
  const isWithdrawn = published.get(header.kid)?.revoked !== undefined;
  const source = isWithdrawn ? 'withdrawn' : published.has(header.kid) ? 'published' : 'enclosed';
  const jwk = (source === 'published' ? published : enclosed).get(header.kid);
  if (jwk === undefined) throw new Refused(`is signed with the key ${header.kid}, which is neither published nor enclosed`);
  const key = createPublicKey({ key: { kty: 'RSA', n: jwk.n, e: jwk.e }, format: 'jwk' });
  if (!verify('RSA-SHA256', Buffer.from(`${parts[0]}.${parts[1]}`), key, decode(parts[2]))) {
    throw new Refused('has a signature that does not hold: it was altered, or signed by somebody else');
  }
  return { payload: json(parts[1]), source };
}

const hashOf = (jws) => createHash('sha256').update(jws, 'ascii').digest('base64url');

function named(name, check) {
  try {
    return check();
  } catch (e) {
    throw e instanceof Refused ? new Refused(`${name} ${e.message}.`) : e;
  }
}

function line({ number, iat, event, gained = [], lost = [] }) {
  const platforms = [...gained.map((account) => `+${account.platform}`), ...lost.map((account) => `-${account.platform}`)];
  return `${String(number).padStart(5)}  ${new Date(iat * 1000).toISOString()}  ${event}  ${platforms.join(' ')}`;
}

function verified(documents, jwks) {
  const published = keysOf(jwks);
  const enclosed = keysOf(documents);
  const receipts = documents.flatMap((document) => {
    if (!Array.isArray(document?.receipts)) throw new Refused('A file is no download of receipts.');
    return document.receipts;
  });
  // Of a chain downloaded in parts, the statement that came with the last part.
  const chain = named('The statement of how many receipts there are', () => {
    const { payload, source } = opened(documents.at(-1).chain, CHAIN, published, enclosed);
    if (source === 'withdrawn') throw new Refused('is signed with a key that leaked and was withdrawn: download the receipts anew');
    if (jwks.length > 0 && source !== 'published') throw new Refused('is signed with a key that is not published: a jwks of its time is needed');
    return payload;
  });
  const used = { published: 0, enclosed: 0, withdrawn: 0 };
  const lines = [];
  let previous = null;
  receipts.forEach((jws, index) => named(`Receipt ${index + 1}`, () => {
    const { payload, source } = opened(jws, RECEIPT, published, enclosed);
    if (payload.number !== index + 1) throw new Refused(`says that it is number ${payload.number}: one is missing, added or out of order`);
    if (payload.previous !== previous) throw new Refused('does not follow from the one before it: its hash is another');
    if (payload.iss !== chain.iss) throw new Refused(`is attested by ${payload.iss}, and not by ${chain.iss}`);
    previous = hashOf(jws);
    used[source]++;
    lines.push(line(payload));
  }));
  if (chain.count !== receipts.length) {
    throw new Refused(`There are ${chain.count} receipts in all, and ${receipts.length} here: some are missing at the end.`);
  }
  if (chain.last !== previous) throw new Refused('The last receipt is not the one that the chain ended with.');
  return { issuer: chain.iss, at: chain.iat, lines, used };
}

function told({ issuer, at, lines, used }, hasPublished) {
  const count = lines.length;
  const trust = hasPublished
    ? `The chain is vouched for with a published key; receipts by published keys: ${used.published}, by enclosed keys: ${used.enclosed}.`
      + (used.withdrawn > 0 ? ` ${used.withdrawn} by a key that was withdrawn since: the chain alone vouches for them.` : '')
    : 'By the enclosed keys alone: that shows that the file fits together, and not who made it. Give the published keys with --jwks.';
  return [
    ...lines,
    `${count} receipt${count === 1 ? '' : 's'} of ${issuer}, complete as of ${new Date(at * 1000).toISOString()}: chain intact, signatures valid.`,
    trust,
  ].join('\n');
}

function main() {
  let options;
  try {
    options = parseArgs({ allowPositionals: true, options: { jwks: { type: 'string', multiple: true, default: [] } } });
  } catch {
    options = { positionals: [] };
  }
  if (options.positionals.length === 0) {
    console.error(usage);
    return 2;
  }
  try {
    const jwks = options.values.jwks.map(read);
    console.log(told(verified(options.positionals.map(read), jwks), jwks.length > 0));
    return 0;
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    console.error(e.message);
    return 1;
  }
}

process.exitCode = main();
