/** A page of headless Chromium: opened, looked at, clicked in; it keeps whatever the page complained about. */
import type { Chromium } from './chromium.ts';

const LOAD_TIMEOUT_MS = 30_000;

export interface PageOptions {
  readonly width: number;
  readonly height?: number;
  readonly colours?: 'light' | 'dark';
}

export interface Look {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export class ChromiumPage implements AsyncDisposable {
  /** Errors and warnings of the console, uncaught exceptions, refused and failed loads, in order. */
  readonly complaints: string[] = [];
  /** All that was asked of any network or file. */
  readonly requests: string[] = [];
  readonly #chromium: Chromium;
  readonly #session: string;
  readonly #target: string;

  private constructor(chromium: Chromium, session: string, target: string) {
    this.#chromium = chromium;
    this.#session = session;
    this.#target = target;
  }

  static async open(chromium: Chromium, url: string, options: PageOptions): Promise<ChromiumPage> {
    const { targetId } = await chromium.call('Target.createTarget', { url: 'about:blank' });
    const attach = { targetId, flatten: true };
    const { sessionId } = await chromium.call('Target.attachToTarget', attach);
    const page = new ChromiumPage(chromium, String(sessionId), String(targetId));
    page.#listen();
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await page.call(`${domain}.enable`);
    await page.resize(options);
    const loaded = page.#loaded(url);
    loaded.catch(() => {});
    const { errorText } = await page.call('Page.navigate', { url });
    if (errorText !== undefined)
      throw new Error(`cannot open ${url}: ${JSON.stringify(errorText)}`);
    // It may be there already; where this is too early, the event comes.
    page
      .evaluate<boolean>(`new Promise((resolve) => { const done = () => resolve(location.href !== 'about:blank');
        if (document.readyState === 'complete') done(); else addEventListener('load', done); })`)
      .then(
        (there) => there && page.#onLoad(),
        () => {},
      );
    await loaded;
    return page;
  }

  #onLoad = (): void => {};

  /** Resolves with the page's load. @throws Error when it crashes, or does not load */
  #loaded(url: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${url}: ${why}`));
      const late = `not loaded in ${LOAD_TIMEOUT_MS} ms`;
      const timer = setTimeout(() => fail(late), LOAD_TIMEOUT_MS);
      this.#onLoad = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#chromium.on('Page.loadEventFired', this.#session, this.#onLoad);
      this.#chromium.on('Inspector.targetCrashed', this.#session, () => {
        clearTimeout(timer);
        fail('the page crashed');
      });
    });
  }

  call(
    method: string,
    params: Record<string, unknown> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.#chromium.call(method, params, this.#session);
  }

  #listen(): void {
    const on = (
      method: string,
      listener: (params: Readonly<Record<string, unknown>>) => void,
    ): void => this.#chromium.on(method, this.#session, listener);
    on('Runtime.consoleAPICalled', ({ type, args }) => {
      if (type === 'error' || type === 'warning' || type === 'assert') {
        this.complaints.push(`console.${type}: ${JSON.stringify(args)}`);
      }
    });
    on('Runtime.exceptionThrown', ({ exceptionDetails }) => {
      this.complaints.push(`exception: ${JSON.stringify(exceptionDetails)}`);
    });
    on('Log.entryAdded', ({ entry }) => {
      this.complaints.push(`log: ${JSON.stringify(entry)}`);
    });
    on('Network.requestWillBeSent', ({ request }) => {
      this.requests.push((request as { url: string }).url);
    });
  }

  async resize({ width, height = 800, colours }: PageOptions): Promise<void> {
    const mobile = width < 600;
    await this.call('Emulation.setDeviceMetricsOverride', {
      ...{ width, height, deviceScaleFactor: 1, mobile },
    });
    if (colours === undefined) return;
    await this.call('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: colours }],
    });
  }

  /** The value of an expression in the page, which may be a promise. @throws Error when it throws */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.call('Runtime.evaluate', {
      ...{ expression, awaitPromise: true, returnByValue: true },
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value: T }).value;
  }

  /** Scrolls to an element and clicks in its middle, with a real pointer. */
  async click(selector: string): Promise<void> {
    const place = await this.evaluate<Look | null>(
      `(() => { const e = document.querySelector(${JSON.stringify(selector)}); if (!e) return null;
        e.scrollIntoView({ block: 'center', behavior: 'instant' }); const r = e.getBoundingClientRect();
        return { x: r.x, y: r.y, width: r.width, height: r.height }; })()`,
    );
    if (place === null || place.width === 0) throw new Error(`${selector} is not to be seen`);
    const at = { x: place.x + place.width / 2, y: place.y + place.height / 2 };
    const button = { ...at, button: 'left', clickCount: 1 };
    await this.call('Input.dispatchMouseEvent', { ...button, type: 'mousePressed' });
    await this.call('Input.dispatchMouseEvent', { ...button, type: 'mouseReleased' });
  }

  /** One key, by its name in the DOM: "Tab", "ArrowDown", " ". */
  async press(key: string): Promise<void> {
    const codes: Readonly<Record<string, number>> = {
      Tab: 9,
      Enter: 13,
      ' ': 32,
      ArrowDown: 40,
      ArrowRight: 39,
    };
    const common = {
      ...{ key, code: key === ' ' ? 'Space' : key, windowsVirtualKeyCode: codes[key] ?? 0 },
      ...(key === ' ' ? { text: ' ' } : key === 'Enter' ? { text: '\r' } : {}),
    };
    await this.call('Input.dispatchKeyEvent', { ...common, type: 'keyDown' });
    await this.call('Input.dispatchKeyEvent', { ...common, type: 'keyUp' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chromium.call('Target.closeTarget', { targetId: this.#target });
  }

  /** A PNG of the whole page. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.call('Page.captureScreenshot', { captureBeyondViewport: true });
    return Buffer.from(String(data), 'base64');
  }
}
