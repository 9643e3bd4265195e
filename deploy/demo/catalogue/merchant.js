/**
 * A product as the attributes of Google's product data specification
 * (https://support.google.com/merchants/answer/7052112); `quantity` is that of its local inventory feed.
 * @type {[string, (product: import('./products.js').Product, base: string) => string][]}
 */
const attributes = [
  ['id', (product) => product.id],
  ['title', (product) => product.title.slice(0, 150)],
  ['description', (product) => `${product.title}. ${product.subCategory}, ${product.category}.`],
  ['link', (product, base) => `${base}/products/${product.id}`],
  ['image_link', (product, base) => `${base}/products/${product.id}/picture.svg`],
  ['availability', () => 'in_stock'],
  ['price', (product) => `${usd(product.cents)} USD`],
  ['brand', (product) => product.brand],
  // The file has neither GTINs nor makers' part numbers.
  ['identifier_exists', () => 'no'],
  ['condition', () => 'new'],
  ['product_type', (product) => `${product.category} > ${product.subCategory}`],
  ['quantity', (product) => String(product.units)],
];

/**
 * The feed as tab-separated values: no quoting, and so no tab or line break in a value (IANA
 * text/tab-separated-values).
 * @param {import('./products.js').Product[]} products
 * @param {string} base the shop's address, with or without a final slash
 */
export function toFeed(products, base) {
  const site = base.replace(/\/+$/, '');
  const rows = products.map((product) => attributes.map(([, value]) => value(product, site)));
  const broken = rows.flat().find((value) => /[\t\r\n]/.test(value));
  if (broken !== undefined) throw new Error(`a value holds a tab or a line break: ${JSON.stringify(broken)}`);
  return [attributes.map(([name]) => name), ...rows].map((row) => `${row.join('\t')}\n`).join('');
}

/** @param {number} cents */
export const usd = (cents) => `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
