/** Makers that product names in the orders file begin with. A name that begins with none of these has no brand. */
const brands = [
  '3D Systems', '3M', 'AT&T', 'Acco', 'Acme', 'Adams', 'Advantus', 'Akro-Mils', 'Ampad', 'Anker', 'Apple', 'Atlantic',
  'Avaya', 'Avery', 'BIC', 'BPI', 'Balt', 'Belkin', 'Bestar', 'Bevis', 'Binney & Smith', 'Bose', 'Boston', 'Bretford',
  'Brother', 'Bush', 'C-Line', 'Canon', 'Cardinal', 'Carina', 'Chromcraft', 'Cisco', 'Contico', 'Crayola', 'Cyber Acoustics', 'DAX',
  'DYMO', 'Dana', 'Deflect-o', 'Dixon', 'Eaton', 'Eldon', 'Electrix', 'Enermax', 'Epson', 'Eureka', 'Executive Impressions', 'Faber-Castell',
  'Fellowes', 'Fiskars', 'GBC', 'GE', 'Geemarc', 'Global', 'Gould', 'HP', 'HTC', 'Hewlett-Packard', 'Hewlett Packard', 'Holmes',
  'Hon', 'Honeywell', 'Hoover', 'Howard Miller', 'Hunt', 'Hypercom', 'Ibico', 'Iceberg', 'Imation', 'JBL', 'Jabra', 'KI',
  'Kensington', 'KeyTronic', 'Kingston', 'Konftel', 'LG', 'Lenovo', 'Lexmark', 'Logitech', 'Luxo', 'Martin-Yale',
  'Master Caster', 'Master Giant Foot', 'Maxell', 'Memorex', 'Micro Innovations', 'Microsoft', 'Mitel', 'Mophie', 'Motorola', 'NETGEAR',
  'Newell', 'Nokia', 'Nortel', 'Novimex', 'Nu-Dell', "O'Sullivan", 'OIC', 'Office Star', 'Okidata', 'OtterBox', 'Panasonic',
  'Plantronics', 'Polycom', 'Post-it', 'Prang', 'PureGear', 'RCA', 'Razer', 'Rediform', 'Riverside', 'Rogers', 'SAFCO',
  'Sabrent', 'Samsung', 'SanDisk', 'Sanford', 'Sanyo', 'Sauder', 'Seth Thomas', 'Smead', 'Sony', 'Southworth',
  'Space Solutions', 'Speck', 'Star Micronics', 'Storex', 'Strathmore', 'Swingline', 'TOPS', 'Tenex', 'Tennsco', 'Tensor', 'Toshiba',
  'Tripp Lite', 'Tyvek', 'Universal', 'Verbatim', 'WD', 'Wausau', 'Westinghouse', 'Wilson Jones', 'Xerox', 'ZTE', 'Zebra',
];

// The longest first, so that a maker whose name begins with another's is found.
const byLength = brands.toSorted((one, other) => other.length - one.length);

/**
 * @param {string} name a product's name
 * @returns {string} its maker as spelled above, whatever the name's case; empty where none is known
 */
export function brandOf(name) {
  const lower = name.toLowerCase();
  return byLength.find((brand) => {
    const after = lower.charAt(brand.length);
    return lower.startsWith(brand.toLowerCase()) && (after === '' || /[\s,']/.test(after));
  }) ?? '';
}
