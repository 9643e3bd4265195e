import { brandOf } from './brands.js';

/** Google Merchant's limit for `id`. */
const longestId = 50;

/**
 * @typedef {object} Product
 * @property {string} id readable, unique, and a function of the product alone
 * @property {string} title
 * @property {string} brand empty where unknown
 * @property {string} category
 * @property {string} subCategory
 * @property {number} cents list price in US cents
 * @property {number} units units ordered in the whole file
 * @property {number} orders orders it is in
 * @property {boolean} disputed whether its lines disagree on the list price
 */

/**
 * Groups order lines into products. The key is (Product ID, Product Name): the file gives 32 of its ids to two
 * different products each.
 * @param {Iterable<Record<string, string>>} lines
 * @returns {Product[]} in the order of their ids
 */
export function productsOf(lines) {
  const groups = new Map();
  for (const line of lines) {
    const key = `${line['Product ID']}\n${line['Product Name']}`;
    const group = groups.get(key);
    if (group) group.push(line);
    else groups.set(key, [line]);
  }
  const products = [...groups.values()].map(productOf).sort((one, other) => (one.id < other.id ? -1 : 1));
  products.forEach((product, index) => {
    if (product.id === products[index + 1]?.id) throw new Error(`two products have the id ${product.id}`);
  });
  return products;
}

/**
 * What the line's product costs without the discount: Sales ÷ Quantity ÷ (1 − Discount).
 * @param {Record<string, string>} line
 * @returns {number} US cents
 */
export function listPrice(line) {
  const cents = Math.round((Number(line.Sales) / Number(line.Quantity) / (1 - Number(line.Discount))) * 100);
  if (!Number.isSafeInteger(cents) || cents <= 0) throw new Error(`row ${line['Row ID']} has no list price`);
  return cents;
}

/**
 * Where lines disagree, the price most lines have is the product's; among those equally frequent, the one ordered last.
 * @param {Record<string, string>[]} lines of one product
 * @returns {{ cents: number, disputed: boolean }}
 */
export function agreedPrice(lines) {
  const votes = new Map();
  for (const line of lines) {
    const cents = listPrice(line);
    const vote = votes.get(cents) ?? { cents, count: 0, last: '' };
    vote.count++;
    if (line['Order Date'] > vote.last) vote.last = line['Order Date'];
    votes.set(cents, vote);
  }
  const [first] = [...votes.values()].sort(
    (one, other) => other.count - one.count || other.last.localeCompare(one.last) || one.cents - other.cents);
  return { cents: first.cents, disputed: votes.size > 1 };
}

/**
 * The product id of the file, and as many whole words of the name as fit, so that a reused id stays two products.
 * @param {string} productId
 * @param {string} name
 */
export function idOf(productId, name) {
  const words = name.normalize('NFKD').toLowerCase().replaceAll(/['’\p{M}]/gu, '').match(/[a-z0-9]+/g) ?? [];
  let id = productId.toLowerCase();
  for (const word of words) {
    if (id.length + 1 + word.length > longestId) break;
    id += `-${word}`;
  }
  return id;
}

function productOf(lines) {
  const [line] = lines;
  const title = line['Product Name'].replaceAll(/\s+/g, ' ').trim();
  return {
    id: idOf(line['Product ID'], title),
    title,
    brand: brandOf(title),
    category: line.Category,
    subCategory: line['Sub-Category'],
    ...agreedPrice(lines),
    units: lines.reduce((sum, { Quantity }) => sum + Number(Quantity), 0),
    orders: new Set(lines.map((each) => each['Order ID'])).size,
  };
}
