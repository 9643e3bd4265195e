/** Markup that is already safe. */
class Safe {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** @param {unknown} value */
export const escape = (value) => String(value ?? '').replaceAll(/[&<>"']/g, (sign) => entities[sign]);

const render = (value) => {
  if (value instanceof Safe) return value.text;
  return Array.isArray(value) ? value.map(render).join('') : escape(value);
};

/** A template in which every value is escaped, unless it is markup from this template itself. */
export const html = (strings, ...values) =>
  new Safe(strings.map((string, index) => string + (index < values.length ? render(values[index]) : '')).join(''));
