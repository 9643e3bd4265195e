/** A browser small enough for a test: one cookie jar, redirects by hand, and forms. */
export class Browser {
  #cookies = new Map();

  constructor(headers = {}) {
    this.headers = headers;
  }

  /** Follows redirects until a page, or until an address that `stop` accepts. */
  async open(address, { stop = () => false, ...request } = {}) {
    let url = new URL(address);
    let init = request;
    for (let hop = 0; hop < 15; hop++) {
      if (stop(url)) return { url };
      const response = await fetch(url, {
        redirect: 'manual',
        ...init,
        headers: { ...this.headers, ...init.headers, cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      });
      this.#remember(response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (!location) return { url, status: response.status, headers: response.headers, text: await response.text() };
      await response.arrayBuffer();
      url = new URL(location, url);
      init = {};
    }
    throw new Error(`too many redirects, last to ${url}`);
  }

  /** Submits the page's form with its hidden fields and the ones given. */
  submit(page, fields = {}, options = {}) {
    const form = /<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(page.text);
    const body = new URLSearchParams();
    for (const [input] of form[2].matchAll(/<input[^>]*>/g)) {
      const [, name] = /name="([^"]*)"/.exec(input) ?? [];
      if (name && /type="hidden"/.test(input)) body.set(name, /value="([^"]*)"/.exec(input)?.[1] ?? '');
    }
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return this.open(new URL(form[1].replaceAll('&amp;', '&'), page.url), { method: 'POST', body, ...options });
  }

  cookie(name) {
    return this.#cookies.get(name);
  }

  setCookie(name, value) {
    this.#cookies.set(name, value);
  }

  #remember(lines) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(';').map((part) => part.trim());
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const gone = value === '' || attributes.some((each) => /^max-age=0$/i.test(each) || /^expires=thu, 01 jan 1970/i.test(each));
      if (gone) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}
