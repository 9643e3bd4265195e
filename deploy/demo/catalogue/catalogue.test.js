import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { brandOf } from './brands.js';
import { parseCsv } from './csv.js';
import { toFeed, usd } from './merchant.js';
import { agreedPrice, idOf, listPrice, productsOf } from './products.js';

const script = new URL('feed.js', import.meta.url).pathname;
const line = (fields) => ({
  'Row ID': '1', 'Order ID': 'O-1', 'Order Date': '2016-01-01', 'Product ID': 'FUR-BO-1', 'Product Name': 'Desk',
  Category: 'Furniture', 'Sub-Category': 'Tables', Sales: '10', Quantity: '1', Discount: '0', ...fields,
});

describe('comma-separated values', () => {
  const parse = (text) => [...parseCsv(text)];

  it('keeps commas, line breaks and doubled quotes of a quoted field', () =>
    assert.deepEqual(parse('a,b\n"x, ""y""\nz",2\n'), [{ a: 'x, "y"\nz', b: '2' }]));
  it('reads CRLF, empty fields and a last line without an end', () =>
    assert.deepEqual(parse('a,b\r\n,""\r\n1,'), [{ a: '', b: '' }, { a: '1', b: '' }]));
  it('keeps a single empty field after a comma at the very end', () =>
    assert.deepEqual(parse('a,b\n1,'), [{ a: '1', b: '' }]));
  it('refuses a record of another length', () => assert.throws(() => parse('a,b\n1\n'), /1 fields, the header 2/));
  it('refuses a quote that nothing closes', () => assert.throws(() => parse('a\n"x\n'), /at character 2/));
  it('refuses a quote inside a plain field', () => assert.throws(() => parse('a\nx"y\n'), /at character 2/));
  it('has nothing to say of an empty file', () => assert.deepEqual(parse(''), []));
});

describe('list price', () => {
  it('undoes the quantity and the discount, in whole cents', () => {
    assert.equal(listPrice(line({ Sales: '261.96', Quantity: '2' })), 13_098);
    assert.equal(listPrice(line({ Sales: '957.5775', Quantity: '5', Discount: '0.45' })), 34_821);
    assert.equal(listPrice(line({ Sales: '22.368', Quantity: '2', Discount: '0.2' })), 1_398);
  });
  it('refuses a line that has none', () => {
    assert.throws(() => listPrice(line({ Discount: '1' })), /row 1/);
    assert.throws(() => listPrice(line({ Sales: '' })), /row 1/);
  });
  it('is what most lines say', () =>
    assert.deepEqual(
      agreedPrice([line({ Sales: '10' }), line({ Sales: '12', 'Order Date': '2017-01-01' }), line({ Sales: '10' })]),
      { cents: 1_000, disputed: true }));
  it('is what the last order says among prices equally frequent', () =>
    assert.equal(agreedPrice([line({ Sales: '12', 'Order Date': '2017-01-01' }), line({ Sales: '10' })]).cents, 1_200));
});

describe('products', () => {
  it('are told apart by id and name together', () => {
    const products = productsOf([line({}), line({ 'Product Name': 'Chair' }), line({ 'Order ID': 'O-2', Quantity: '3', Sales: '30' })]);
    assert.deepEqual(products.map(({ id, units, orders }) => ({ id, units, orders })), [
      { id: 'fur-bo-1-chair', units: 1, orders: 1 },
      { id: 'fur-bo-1-desk', units: 4, orders: 2 },
    ]);
  });
  it('whose names differ by signs alone are an error, not one product', () =>
    assert.throws(() => productsOf([line({ 'Product Name': 'Desk!' }), line({ 'Product Name': 'Desk?' })]), /two products have the id/));
  it('have a readable id of whole words, fit for an address', () => {
    assert.equal(idOf('FUR-BO-10001798', 'Bush Somerset Collection Bookcase'), 'fur-bo-10001798-bush-somerset-collection-bookcase');
    assert.equal(idOf('OFF-ST-1', "O'Sullivan’s Naïve Café 3/4\""), 'off-st-1-osullivans-naive-cafe-3-4');
    assert.ok(idOf('A', 'word '.repeat(40)).length <= 50);
  });
  it('have the brand their name begins with', () => {
    assert.equal(brandOf('Howard Miller 13-3/4" Wall Clock'), 'Howard Miller');
    assert.equal(brandOf('HON 5400 Series'), 'Hon');
    assert.equal(brandOf('Honey pot'), '');
    assert.equal(brandOf('Recycled Steel Personal File'), '');
  });
});

describe('the feed', () => {
  it('writes cents as dollars', () => assert.deepEqual([5, 100, 12_34, 100_001].map(usd), ['0.05', '1.00', '12.34', '1000.01']));
  it('refuses a value that would break a row', () =>
    assert.throws(() => toFeed([{ ...productsOf([line({})])[0], title: 'a\tb' }], 'http://s'), /tab or a line break/));

  const folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
  const file = join(folder, 'feed.tsv');
  const run = spawnSync(process.execPath, [script, '--out', file, '--base', 'https://shop.example/'], { encoding: 'utf8' });
  const [header, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n').map((row) => row.split('\t'));
  rmSync(folder, { recursive: true });
  const at = (name) => rows.map((row) => row[header.indexOf(name)]);

  it('holds the 1,894 products of the orders file', () => {
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stderr, /9994 order lines, 1894 products/);
    assert.equal(rows.length, 1_894);
    assert.ok(rows.every((row) => row.length === header.length));
  });
  it('has an id of its own for each', () => {
    assert.equal(new Set(at('id')).size, 1_894);
    assert.ok(at('id').every((id) => /^[a-z0-9-]{1,50}$/.test(id)));
  });
  it('has values that Google Merchant takes', () => {
    assert.deepEqual(header.slice(0, 7), ['id', 'title', 'description', 'link', 'image_link', 'availability', 'price']);
    assert.ok(at('price').every((price) => /^[0-9]+\.[0-9]{2} USD$/.test(price) && price !== '0.00 USD'));
    assert.ok(at('title').every((title) => title.length > 0 && title.length <= 150));
    assert.ok(at('quantity').every((quantity) => Number(quantity) >= 1));
    assert.ok(at('link').every((link, index) => link === `https://shop.example/products/${at('id')[index]}`));
  });
  it('has the price of a product known by hand', () => {
    const row = rows.find(([id]) => id === 'fur-bo-10001798-bush-somerset-collection-bookcase');
    assert.equal(row[header.indexOf('price')], '130.98 USD');
    assert.equal(row[header.indexOf('brand')], 'Bush');
    assert.equal(row[header.indexOf('product_type')], 'Furniture > Bookcases');
  });
  it('is the same on standard output, run after run', () => {
    const print = () => execFileSync(process.execPath, [script, '--base', 'https://shop.example'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e7 });
    assert.equal(print(), print());
    assert.equal(print().trimEnd().split('\n').length, 1_895);
  });
});
