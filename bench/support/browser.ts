/**
 * The desk in Chromium as the benches look at it: signed in, traced, and measured in the renderer's own time, of which
 * other work on the machine takes less than of the clock's.
 */
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { watchMachine, type MachineSpeed, type Span } from './machine.ts';
import type { Product } from './product.ts';
import { signIn } from './subscriber.ts';

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--js-flags=--expose-gc',
  '--enable-precise-memory-info'];
/** Tasks of each thread and the marks that the page sets; every further category would cost what is measured. */
const CATEGORIES = ['toplevel', 'blink.user_timing'];

export type { Span } from './machine.ts';

export interface DeskPage {
  browser: Browser;
  page: Page;
  cdp: CDPSession;
  /** Bytes of scripts and styles that came over the line until the first rows stood. */
  firstLoad: { scriptBytes: number; styleBytes: number };
  close(): Promise<void>;
}

async function cookiesOf(product: Product, url: string): Promise<{ name: string; value: string; url: string }[]> {
  const { cookie } = await signIn(product.port, product.world.leader.npk, product.password);
  return cookie.split('; ').map((pair) => {
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url };
  });
}

/** Shows the list of all open work, its first rows drawn. */
export async function showAll(page: Page): Promise<void> {
  await page.locator('[role=tab][data-view=all]').click();
  await page.locator('[data-row]').first().waitFor();
}

/** A page of 1366x768 with all open work before it, signed in as the leader. */
export async function openDesk(product: Product): Promise<DeskPage> {
  const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ARGS });
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'id-ID' });
  const url = `http://127.0.0.1:${product.port}`;
  await context.addCookies(await cookiesOf(product, url));
  const page = await context.newPage();
  await page.goto(url);
  await showAll(page);
  const firstLoad = await page.evaluate(() => {
    const bytes = (end: string): number => (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      .filter((one) => new URL(one.name).pathname.endsWith(end)).reduce((sum, one) => sum + one.encodedBodySize, 0);
    return { scriptBytes: bytes('.js'), styleBytes: bytes('.css') };
  });
  return { browser, page, cdp: await context.newCDPSession(page), firstLoad, close: () => browser.close() };
}

interface TraceEvent { name: string; ph: string; pid: number; tid: number; ts: number; dur?: number; tdur?: number;
  args?: { name?: string } }
export interface Task { startUs: number; endUs: number; wallMs: number; cpuMs: number }
export interface Trace {
  /** Every task of the page's main thread, oldest first. */
  tasks: Task[];
  /** When the page set the mark, in the trace's microseconds, oldest first. */
  marks(name: string): number[];
}

function mainTasks(events: readonly TraceEvent[]): Task[] {
  const mains = new Set(events.filter((one) => one.name === 'thread_name' && one.args?.name === 'CrRendererMain')
    .map((one) => `${one.pid}/${one.tid}`));
  const byThread = new Map<string, Task[]>();
  for (const one of events) {
    const thread = `${one.pid}/${one.tid}`;
    if (one.name !== 'ThreadControllerImpl::RunTask' || one.ph !== 'X' || !mains.has(thread)) continue;
    const tasks = byThread.get(thread) ?? [];
    byThread.set(thread, tasks);
    tasks.push({ startUs: one.ts, endUs: one.ts + (one.dur ?? 0), wallMs: (one.dur ?? 0) / 1_000,
      cpuMs: (one.tdur ?? 0) / 1_000 });
  }
  // Other renderers (an empty first page) do next to nothing.
  const [busiest = []] = [...byThread.values()].toSorted((a, b) => b.length - a.length);
  return busiest.toSorted((a, b) => a.startUs - b.startUs);
}

/**
 * Does something while the browser traces the page's main thread and the machine's own speed is watched: both tell
 * times of the same monotonic clock.
 */
export async function traced<T>({ browser, page }: Pick<DeskPage, 'browser' | 'page'>,
  body: () => Promise<T>): Promise<{ got: T; trace: Trace; speed: MachineSpeed }> {
  const machine = await watchMachine();
  await browser.startTracing(page, { categories: CATEGORIES });
  const got = await body();
  const speed = await machine.stop();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const marks = (name: string): number[] =>
    traceEvents.filter((one) => one.name === name).map((one) => one.ts).toSorted((a, b) => a - b);
  return { got, trace: { tasks: mainTasks(traceEvents), marks }, speed };
}

/** Milliseconds of the main thread's own time that fell into the span; a task at its edge counts as a whole. */
export function cpuWithin(tasks: readonly Task[], { fromUs, untilUs }: Span): number {
  return tasks.filter((one) => one.endUs >= fromUs && one.startUs < untilUs).reduce((sum, one) => sum + one.cpuMs, 0);
}

/** The same, of the tasks that began within the span: each task counts in one span only. */
export function cpuOfStarted(tasks: readonly Task[], { fromUs, untilUs }: Span): number {
  return tasks.filter((one) => one.startUs >= fromUs && one.startUs < untilUs).reduce((sum, one) => sum + one.cpuMs, 0);
}

/** What lives in the page after rubbish was collected. */
export async function heapOf(cdp: CDPSession): Promise<{ mib: number; nodes: number; listeners: number }> {
  await cdp.send('HeapProfiler.enable');
  for (let n = 0; n < 3; n += 1) await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await cdp.send('Memory.getDOMCounters');
  await cdp.send('HeapProfiler.disable');
  return { mib: usedSize / 1_048_576, nodes, listeners: jsEventListeners };
}
