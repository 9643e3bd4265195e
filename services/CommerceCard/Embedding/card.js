// Hutong product cards for any page: one script tag, no dependencies.
//
//   <script src="https://…/embed/card.js" async></script>
//   <hutong-card product="…" via="…"><a href="https://…/products/…">…</a></hutong-card>
//
// product  the product's id
// via      the post that shows it (optional)
// channel  embed (default), social or shop
// buy      "none" leaves the button out
//
// What stands inside the element is shown until the card is there, and whenever it cannot be had. All addresses come
// from where this script was loaded. Works as a classic script and as a module.
(() => {
  if (customElements.get('hutong-card')) return;

  const script = document.currentScript
    ?? [...document.querySelectorAll('script[src]')].find((s) => new URL(s.src).pathname.endsWith('/embed/card.js'));
  const origin = new URL(script?.src ?? location.href).origin;
  const streamSize = 50;

  const texts = {
    zh: {
      buy: '去购买', left: (n) => `库存 ${n} 件`, soldOut: '暂时售罄', list: '原价',
      ladder: (count, needed, price) => `已有 ${count} 人转发，满 ${needed} 人降至 ${price}`,
      bottom: (count) => `已有 ${count} 人转发，已到最低价`,
      popularity: (reposts, orders) => `转发 ${reposts} · 成交 ${orders}`,
      ranks: { none: '新店', heart: '心', diamond: '钻', crown: '皇冠', golden_crown: '金冠' },
      rank: (grade, rank, points) => `店铺信誉：${grade ? grade : ''}${rank}（${points}）`, asOf: '截至',
      see: '查看商品',
    },
    en: {
      buy: 'Go buy', left: (n) => `${n} in stock`, soldOut: 'Sold out for now', list: 'List price',
      ladder: (count, needed, price) => `${count} passed it on; at ${needed} it costs ${price}`,
      bottom: (count) => `${count} passed it on; this is the lowest price`,
      popularity: (reposts, orders) => `Reposts: ${reposts} · Orders: ${orders}`,
      ranks: { none: 'new shop', heart: 'heart', diamond: 'diamond', crown: 'crown', golden_crown: 'golden crown' },
      rank: (grade, rank, points) => `Shop reputation: ${grade ? `${grade} ` : ''}${rank}${grade > 1 ? 's' : ''} (${points})`,
      asOf: 'as of', see: 'See the product',
    },
  };

  // A constructed sheet, so that the card is styled under a page's strict content security policy too.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; max-width: 24rem; margin: .5rem 0; font: 1rem/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif; }
    :host([hidden]) { display: none; }
    article { display: grid; gap: .25rem; padding: 1rem; border: 1px solid var(--hutong-card-line, #b9b4a8); border-radius: .6rem;
      background: var(--hutong-card-paper, #fff); color: var(--hutong-card-ink, #1d2230); }
    p { margin: 0; overflow-wrap: anywhere; }
    img { width: 100%; max-height: 10rem; object-fit: contain; }
    .title { font-weight: 700; }
    .price { font-size: 1.35rem; font-weight: 700; color: var(--hutong-card-accent, #a3271c); }
    .price s { font-size: .9rem; font-weight: 400; color: var(--hutong-card-muted, #545b6b); margin-inline-start: .5rem; }
    .muted { font-size: .9rem; color: var(--hutong-card-muted, #545b6b); }
    .buy { justify-self: start; margin-top: .5rem; padding: .55rem 1.1rem; min-height: 1.5rem; border-radius: .4rem;
      background: var(--hutong-card-accent, #a3271c); color: var(--hutong-card-accent-ink, #fff); font-weight: 600; text-decoration: none; }
    a:focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px; }
  `);

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  /** One stream for the page, whatever the number of cards: a browser keeps only six connections to a host. */
  const stream = {
    cards: new Map(), // product → elements
    sources: [],
    scheduled: false,
    add(product, card) {
      if (!this.cards.has(product)) this.cards.set(product, new Set());
      this.cards.get(product).add(card);
      this.schedule();
    },
    remove(product, card) {
      const elements = this.cards.get(product);
      elements?.delete(card);
      if (elements?.size === 0) this.cards.delete(product);
      this.schedule();
    },
    schedule() {
      if (this.scheduled) return;
      this.scheduled = true;
      setTimeout(() => { this.scheduled = false; this.connect(); }, 50);
    },
    connect() {
      const products = [...this.cards.keys()].sort();
      const wanted = [];
      for (let i = 0; i < products.length; i += streamSize) wanted.push(products.slice(i, i + streamSize).join(','));
      if (wanted.join(';') === this.sources.map((s) => s.products).join(';')) return;
      for (const { source } of this.sources) source.close();
      this.sources = wanted.map((list) => {
        const source = new EventSource(`${origin}/cards/live?products=${encodeURIComponent(list)}`);
        source.addEventListener('card', (event) => {
          const card = JSON.parse(event.data);
          for (const shown of this.cards.get(card.productId) ?? []) shown.show(card);
        });
        return { products: list, source };
      });
    },
  };

  class HutongCard extends HTMLElement {
    static observedAttributes = ['product'];
    #root = this.attachShadow({ mode: 'open' });
    #product = null;
    #version = 0;

    constructor() {
      super();
      this.#root.adoptedStyleSheets = [sheet];
      this.#root.append(document.createElement('slot'));
    }

    connectedCallback() { this.#follow(this.getAttribute('product')); }

    disconnectedCallback() { this.#follow(null); }

    attributeChangedCallback(name, before, now) {
      if (this.isConnected && before !== now) this.#follow(now);
    }

    get #language() {
      const tag = this.closest('[lang]')?.lang || document.documentElement.lang || navigator.language || 'en';
      return tag.toLowerCase().startsWith('zh') ? 'zh' : 'en';
    }

    #follow(product) {
      if (this.#product === product) return;
      if (this.#product) stream.remove(this.#product, this);
      this.#product = product;
      this.#version = 0;
      if (!product) return;
      stream.add(product, this);
      fetch(`${origin}/cards/${encodeURIComponent(product)}`, { headers: { Accept: 'application/json' } })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status}`))))
        .then((card) => { if (card.productId === this.#product) this.show(card); })
        .catch(() => { if (this.#version === 0) this.#showLink(product); });
    }

    /** Shows a card, unless a newer one is shown. Text only ever goes in as text. */
    show(card) {
      if (card.version <= this.#version) return;
      this.#version = card.version;
      const language = this.#language;
      const t = texts[language];
      const article = element('article');
      article.setAttribute('part', 'card');
      article.setAttribute('aria-label', card.title);
      if (card.image) {
        const image = element('img');
        image.alt = '';
        image.loading = 'lazy';
        image.src = card.image;
        image.addEventListener('error', () => image.remove());
        article.append(image);
      }
      article.append(element('p', 'title', card.title));

      const price = element('p', 'price', card.price.formatted[language]);
      price.setAttribute('part', 'price');
      if (card.listPrice.minor > card.price.minor) {
        const list = element('s', '', card.listPrice.formatted[language]);
        list.setAttribute('aria-label', `${t.list} ${card.listPrice.formatted[language]}`);
        price.append(list);
      }
      article.append(price);

      if (card.ladder) {
        const { count, next } = card.ladder;
        article.append(element('p', 'ladder', next ? t.ladder(count, next.reposts, next.price.formatted[language]) : t.bottom(count)));
      }
      article.append(element('p', 'muted', card.availability.units > 0 ? t.left(card.availability.units) : t.soldOut));
      article.append(element('p', 'muted', t.popularity(card.popularity.reposts, card.popularity.orders)));
      if (card.reputation) {
        const { rank, grade, points, asOf } = card.reputation;
        const reputation = element('p', 'muted', t.rank(grade, t.ranks[rank] ?? rank, points));
        reputation.title = `${t.asOf} ${new Date(asOf).toLocaleString(language)}`;
        article.append(reputation);
      }
      if (this.getAttribute('buy') !== 'none') article.append(this.#buy(card, t));
      this.#replace(article, price.textContent);
    }

    #buy(card, t) {
      const via = this.getAttribute('via');
      const address = new URL(card.links.buy);
      if (via) address.searchParams.set('via', via);
      const link = element('a', 'buy', t.buy);
      link.href = address.href;
      link.setAttribute('aria-label', `${t.buy}: ${card.title}`);
      link.addEventListener('click', () => {
        const click = new URLSearchParams({ channel: this.getAttribute('channel') ?? 'embed' });
        if (via) click.set('via', via);
        // Outlives this page; the link works whether it arrives or not.
        fetch(`${origin}/cards/${encodeURIComponent(card.productId)}/clicks`, {
          method: 'POST', keepalive: true, headers: { Accept: 'application/json' }, body: click,
        }).catch(() => {});
      });
      return link;
    }

    /** Keeps the keyboard where it was, and says a new price aloud once. */
    #replace(article, price) {
      const focused = this.#root.activeElement !== null;
      let status = this.#root.querySelector('[role=status]');
      if (!status) {
        status = element('span');
        status.setAttribute('role', 'status');
        status.style.cssText = 'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)';
        this.#root.replaceChildren(article, status);
      } else {
        this.#root.querySelector('article')?.replaceWith(article);
        if (status.dataset.price !== price) status.textContent = price;
      }
      status.dataset.price = price;
      if (focused) this.#root.querySelector('.buy')?.focus();
    }

    #showLink(product) {
      if (this.childNodes.length > 0) return;
      const link = element('a', '', texts[this.#language].see);
      link.href = `${origin}/products/${encodeURIComponent(product)}`;
      this.#root.replaceChildren(link);
    }
  }

  customElements.define('hutong-card', HutongCard);
})();
