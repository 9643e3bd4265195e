/**
 * Reads comma-separated values as RFC 4180 has them: quoted fields hold commas, line breaks and doubled quotes.
 * The first record names the fields.
 * @param {string} text
 * @returns {Generator<Record<string, string>>} one object a record; a record of another length is an error
 */
export function* parseCsv(text) {
  let names = null;
  for (const record of records(text)) {
    if (names === null) {
      names = record;
      continue;
    }
    if (record.length !== names.length)
      throw new Error(`a record has ${record.length} fields, the header ${names.length}: ${record.join(',').slice(0, 80)}`);
    yield Object.fromEntries(names.map((name, index) => [name, record[index]]));
  }
}

function* records(text) {
  // One field and what ends it. Sticky, so that whatever the grammar does not cover is an error and not skipped.
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let record = [];
  while (field.lastIndex < text.length || record.length > 0) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) throw new Error(`not comma-separated values at character ${at}: ${text.slice(at, at + 40)}`);
    const [, quoted, plain, end] = match;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    yield record;
    record = [];
  }
}
