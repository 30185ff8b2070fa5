/**
 * Scrolling a list of 10,000 rows: how late its frames come and how long its tasks take, all told and while the machine
 * ran at its own speed (machine.ts), beside a bare page of as many rows.
 */
import type { Page } from 'playwright-core';
import { cpuOfStarted, showAll, traced, type DeskPage, type Task } from './browser.ts';
import { rounded, type Figure } from './figures.ts';
import { percentile } from './load.ts';
import type { Span } from './machine.ts';

export const SCROLLED_ROWS = 10_000;
const LONG_MS = 50;
/** A frame that came later than this was shown late. */
const LATE_MS = 20;
/** What was slowed down just before a frame began still holds that frame up: so much of a frame may be left over. */
const LEFT_OVER_US = 16_700;

/**
 * The floor of scrolling: as many rows of plain text in a page without any script. What this machine's browser drops
 * there no desk can win back.
 */
async function bareList({ browser }: DeskPage): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  const rows = Array.from({ length: SCROLLED_ROWS }, (_, n) => `<div data-row style="height:70px;padding:8px 12px;
    box-sizing:border-box;border-bottom:1px solid #ddd;contain:content"><b>Pelanggan ${n}</b>
    <div>Angsuran saya sudah dibayar ${n}</div><small>Live chat 09.12</small></div>`);
  await page.setContent(`<div role=listbox style="height:620px;width:340px;overflow-y:auto;background:#fff;
    font:14px sans-serif">${rows.join('')}</div>`);
  return page;
}

interface Scrolled { deltasMs: number[]; rows: number }

/** Scrolls the list from its head, a few rows a frame, and marks every frame. */
function scroll(page: Page, seconds: number): Promise<Scrolled> {
  return page.evaluate(async (limitMs) => {
    const list = document.querySelector<HTMLElement>('[role=listbox]');
    if (list === null) throw new Error('no list');
    list.scrollTop = 0;
    const deltasMs: number[] = [];
    const frame = (): Promise<number> => new Promise((resolve) => { requestAnimationFrame(resolve); });
    const startedAt = performance.now();
    let last = await frame();
    performance.mark('bench-frame');
    while (performance.now() - startedAt < limitMs) {
      list.scrollTop += 240;
      const now = await frame();
      performance.mark('bench-frame');
      deltasMs.push(now - last);
      last = now;
    }
    const height = list.querySelector('[data-row]')?.getBoundingClientRect().height ?? 1;
    return { deltasMs, rows: Math.round(list.scrollTop / height) };
  }, seconds * 1_000);
}

interface Frame { ms: number; cpuMs: number; slowed: boolean }
interface Round { frames: Frame[]; rows: number; tasks: (Task & { slowed: boolean })[]; slowPercent: number }

async function scrolled(desk: Pick<DeskPage, 'browser' | 'page'>, seconds: number): Promise<Round> {
  const { got, trace, speed } = await traced(desk, () => scroll(desk.page, seconds));
  const marks = trace.marks('bench-frame');
  const frames = got.deltasMs.map((ms, n): Frame => {
    const span: Span = { fromUs: marks[n] ?? 0, untilUs: marks[n + 1] ?? 0 };
    return { ms, cpuMs: cpuOfStarted(trace.tasks, span),
      slowed: speed.slowWithin({ ...span, fromUs: span.fromUs - LEFT_OVER_US }) };
  });
  const tasks = trace.tasks.map((task) =>
    ({ ...task, slowed: speed.slowWithin({ fromUs: task.startUs, untilUs: task.endUs }) }));
  return { frames, rows: got.rows, tasks, slowPercent: speed.slowPercent };
}

function joined(rounds: readonly Round[]): Round {
  return { frames: rounds.flatMap((one) => one.frames), tasks: rounds.flatMap((one) => one.tasks),
    rows: rounds.reduce((sum, one) => sum + one.rows, 0),
    slowPercent: rounds.reduce((sum, one) => sum + one.slowPercent, 0) / rounds.length };
}

function p99(frames: readonly Frame[]): number {
  return rounded(percentile(frames.map((one) => one.ms), 99));
}

function latePercent(frames: readonly Frame[]): number {
  return rounded(100 * frames.filter((one) => one.ms > LATE_MS).length / frames.length);
}

/** Of the desk's frames: all of them, and those of the machine's own speed; the bare page's stand in the notes. */
function frameFigures(desk: Round, bare: Round): Figure[] {
  const own = desk.frames.filter((one) => !one.slowed);
  const bareOwn = bare.frames.filter((one) => !one.slowed);
  const figure = (name: string, frames: Frame[], floor: Frame[], note: string): Figure[] => [
    { name: `${name}_p99`, unit: 'ms', value: p99(frames), p50_ms: rounded(percentile(frames.map((one) => one.ms), 50)),
      p99_ms: p99(frames), ratio_to_floor: rounded(p99(frames) / p99(floor)), note },
    { name: `${name}_late`, unit: `% of frames over ${LATE_MS} ms`, value: latePercent(frames),
      note: `${frames.length} frames; scrolling a bare page so: ${latePercent(floor)} %, p99 ${p99(floor)} ms` }];
  return [
    ...figure('scroll_frame', desk.frames, bare.frames, `wanted <= 20 ms; ${desk.rows} rows passed, longest ${
      rounded(Math.max(...desk.frames.map((one) => one.ms)))} ms`),
    ...figure('scroll_undisturbed', own, bareOwn, `while the machine ran at its own speed; it was slowed down for ${
      rounded(desk.slowPercent)} % of the time (bare page: ${rounded(bare.slowPercent)} %)`)];
}

/** What the main thread did, and for how long at once. */
function taskFigures({ frames, tasks }: Round): Figure[] {
  const cpu = frames.map((one) => one.cpuMs);
  const ownCpu = frames.filter((one) => !one.slowed).map((one) => one.cpuMs);
  const long = tasks.filter((one) => one.wallMs > LONG_MS);
  const ownLong = long.filter((one) => !one.slowed);
  const most = (values: readonly number[]): number => rounded(values.reduce((max, each) => Math.max(max, each), 0));
  return [
    { name: 'scroll_frame_cpu', unit: 'ms of the main thread a frame', value: rounded(percentile(cpu, 99)),
      p50_ms: rounded(percentile(cpu, 50)), p99_ms: rounded(percentile(cpu, 99)),
      note: `a frame has 16.7; at the machine's own speed p99 ${rounded(percentile(ownCpu, 99))}` },
    { name: 'scroll_long_tasks', unit: `tasks over ${LONG_MS} ms`, value: long.length,
      note: `wanted 0; ${ownLong.length} of them while the machine ran at its own speed; longest ${
        most(tasks.map((one) => one.wallMs))} ms by the clock, ${most(tasks.map((one) => one.cpuMs))} ms of own time` },
  ];
}

/** Scrolls all rows, each round in a page that knows none of them yet. */
export async function scrolling(desk: DeskPage, quick: boolean): Promise<Figure[]> {
  const seconds = quick ? 15 : 52;
  const rounds: { desk: Round[]; bare: Round[] } = { desk: [], bare: [] };
  for (let n = 0; n < (quick ? 1 : 3); n += 1) {
    const page = await bareList(desk);
    await scroll(page, 2);
    rounds.bare.push(await scrolled({ browser: desk.browser, page }, seconds));
    await page.close();
    await desk.page.bringToFront();
    await desk.page.reload();
    await showAll(desk.page);
    await scroll(desk.page, 2);
    rounds.desk.push(await scrolled(desk, seconds));
  }
  const [all, bare] = [joined(rounds.desk), joined(rounds.bare)];
  return [...frameFigures(all, bare), ...taskFigures(all)];
}
