// A person at a real browser.
import { chromium } from 'playwright-core';
import { app } from './settings.js';

const programs = {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
};

/** Starts a browser in which nobody is signed in anywhere. */
export async function startPerson(name = 'li-na') {
  const browser = await chromium.launch(programs);
  const context = await browser.newContext({ locale: 'en-US' });
  context.setDefaultTimeout(20_000);
  return new Person(name, browser, await context.newPage());
}

class Person {
  #name;
  #browser;

  constructor(name, browser, page) {
    this.#name = name;
    this.#browser = browser;
    this.page = page;
  }

  /** Opens an address and does what the provider's pages ask, until the app has its answer: the address it came to. */
  async goTo(address) {
    await this.page.goto(address.href ?? address);
    return this.answerPages();
  }

  /** Signs in with Weibo and agrees, as far as anybody asks: the address of the app that it leads to. */
  async answerPages() {
    while (new URL(this.page.url()).origin !== app) await this.#answerPage();
    return new URL(this.page.url());
  }

  /** Lets a device in that shows a code. */
  async allowDevice(address) {
    await this.page.goto(address);
    while ((await this.page.getByText('The device is connected').count()) === 0) await this.#answerPage();
  }

  async close() {
    await this.#browser.close();
  }

  async #answerPage() {
    if (await this.#press('form[action="/sign-in/weibo"] button')) {
      await this.page.locator(`input[name=person][value=${this.#name}]`).check();
      await this.page.locator('button[name=decision][value=authorize]').click();
    } else if (!(await this.#press('button[name=decision][value=allow]')) && !(await this.#press('form[action="/device"] button'))) {
      throw new Error(`nobody knows what to do at ${this.page.url()}: ${await this.page.locator('main').innerText()}`);
    }
    await this.page.waitForLoadState();
  }

  async #press(selector) {
    const button = this.page.locator(selector);
    if ((await button.count()) === 0) return false;
    await button.click();
    return true;
  }
}
