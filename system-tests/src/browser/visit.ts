/** A visit to the API reference: its actions, and the faults that it encounters. */
import type { Page, Response } from 'playwright-core';

/** Long, because the page is large and a machine may be busy. */
const TIMEOUT_MS = 120_000;

export class Visit {
  readonly #page: Page;
  readonly #origin: string;
  /** Faults, one sentence each. */
  readonly faults: string[] = [];

  constructor(page: Page, origin: string) {
    this.#page = page;
    this.#origin = origin;
    page.setDefaultTimeout(TIMEOUT_MS);
    page.on('request', (request) => {
      const url = request.url();
      const isOurs = url.startsWith(`${origin}/`) || /^(data|blob):/.test(url);
      this.expect(isOurs, `nothing is asked of anybody else, such as ${url}`);
    });
    page.on('requestfailed', (request) => this.expect(false, `${request.url()} can be loaded`));
    page.on('console', (message) => this.expect(message.type() !== 'error', `the browser says no "${message.text()}"`));
    page.on('pageerror', (error) => this.expect(false, `no script throws "${error.message}"`));
  }

  expect(holds: boolean, what: string): void {
    if (!holds) this.faults.push(what);
  }

  async open(path: string): Promise<void> {
    await this.#page.goto(this.#origin + path, { waitUntil: 'networkidle' });
  }

  async giveKey(key: string): Promise<void> {
    await this.#page.getByPlaceholder('Token').first().fill(key);
  }

  /** Tries out an operation with the page's example. @returns the status, and the answer as shown */
  async call(method: string, path: string, summary: string): Promise<{ status: number; shown: string }> {
    await this.#page.getByText(summary).first().click();
    await this.#page.getByRole('button', { name: `Test Request (${method} ${path})`, exact: true }).click();
    const answered = this.#page.waitForResponse((response) => this.#isCall(response));
    await this.#page.getByRole('button', { name: /^Send/ }).first().click();
    const response = await answered;
    const answer = this.#page.locator('section[aria-label="Response"] .cm-content');
    await answer.waitFor();
    return { status: response.status(), shown: (await answer.innerText()).replace(/\s+/g, ' ') };
  }

  /** Opens a section by its name in the side bar, and looks for a text there. */
  async find(place: string, text: string): Promise<void> {
    await this.#page.getByText(place, { exact: true }).first().click();
    const found = this.#page.getByText(text).first().waitFor();
    await found.catch((error: Error) => this.expect(false, `"${text}" is below ${place}: ${error.message}`));
  }

  #isCall(response: Response): boolean {
    return response.url().startsWith(`${this.#origin}/api/`);
  }
}
