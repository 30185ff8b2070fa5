/**
 * bench whatsapp: linked WhatsApp numbers against a server of our own in another process; how much may be written both
 * ways at once until something is lost, doubled or late. Without the pace of a person, which is for WhatsApp itself.
 */
import { rounded, type BenchOptions, type Figure } from './support/figures.ts';
import { percentile } from './support/load.ts';
import { runStep, type StepResult } from './support/whatsapp-step.ts';
import { whatsAppWorld } from './support/whatsapp-world.ts';

const ACCOUNTS = 20;
const ACCOUNTS_QUICK = 5;
const CUSTOMERS_PER_ACCOUNT = 10;
const SECONDS = 120;
const SECONDS_QUICK = 20;
/** Messages a second per number, each way. */
const STEPS = [1, 2, 3, 4];
const WANTED_PER_SECOND = 2;
const LATE_MS = 5_000;
/** Before the clock runs each customer writes and is answered once: code is compiled, sessions of Signal are begun. */
const WARM_PER_SECOND = 1;

function p99(values: readonly number[]): number {
  return percentile(values, 99);
}

/** Nothing lost or doubled, and hardly anything late. */
function holds(step: StepResult): boolean {
  return step.in.lost + step.in.doubled + step.out.lost + step.out.doubled === 0
    && [step.confirmedMs, step.readMs, step.statusMs].every((values) => p99(values) < LATE_MS);
}

function latency(name: string, values: readonly number[], note: string): Figure {
  const [middle, high] = [rounded(percentile(values, 50)), rounded(p99(values))];
  return { name, unit: 'ms', value: high, p50_ms: middle, p99_ms: high, note };
}

/** p50/p99. */
function spreadOf(values: readonly number[]): string {
  return `${rounded(percentile(values, 50))}/${rounded(p99(values))}`;
}

function countsOf(step: StepResult): Figure {
  const { in: received, out, repetitions, errors, cost } = step;
  const cores = Object.fromEntries(Object.entries(cost.cores).map(([who, busy]) => [who, rounded(busy)]));
  return { name: `faults_at_${step.perSecond}`, unit: 'messages',
    value: received.lost + received.doubled + out.lost + out.doubled,
    note: JSON.stringify({ seconds: step.seconds, in: received, out, repetitions, cores,
      transactions_per_message: rounded(cost.transactionsPerMessage), in_ms: spreadOf(step.confirmedMs),
      out_ms: spreadOf(step.readMs), sent_ms: spreadOf(step.statusMs), reply_commit_ms: spreadOf(step.queueingMs),
      ...(errors.length === 0 ? {} : { errors }) }) };
}

/** What a message costs, whichever way it goes; unlike the rate it says something on a machine that others use too. */
function cpuOf({ cost, perSecond }: StepResult, accounts: number): Figure {
  const each = (cores: number): number => (cores * 1_000) / (2 * perSecond * accounts);
  const { product, children, postgres } = cost.cores;
  return { name: 'cpu', unit: 'ms/message', value: rounded(each(product + children + postgres)),
    note: `at ${perSecond}/s; product ${rounded(each(product))}, its children ${rounded(each(children))}, PostgreSQL ${
      rounded(each(postgres))}; ${rounded(cost.transactionsPerMessage)} transactions a message, reads too` };
}

function figuresOf(steps: readonly StepResult[], accounts: number): Figure[] {
  const best = steps.findLast(holds);
  const shown = best ?? steps[0];
  if (shown === undefined) return [];
  const { cost, perSecond } = shown;
  return [
    { name: 'rate', unit: 'messages/s', value: best?.perSecond ?? 0,
      note: `per number each way, ${accounts} numbers, none lost or doubled and p99 < ${LATE_MS} ms; wanted >= ${
        WANTED_PER_SECOND}; tried ${steps.map((step) => step.perSecond).join(' ')}` },
    latency('in', shown.confirmedMs, `at ${perSecond}/s; the phone wrote to the product's word that it has it, which ${
      ''}follows the commit; to the row's own time p50/p99 ${spreadOf(shown.storedMs)} ms; wanted p99 < ${LATE_MS}`),
    latency('out', shown.readMs, `at ${perSecond}/s; the agent's click to decrypted at the phone; wanted p99 < ${
      LATE_MS}`),
    latency('sent', shown.statusMs, `at ${perSecond}/s; the agent's click to status sent; wanted p99 < ${LATE_MS}`),
    { name: 'memory_product', unit: 'MiB', value: rounded(cost.productMiB), note: 'resident, the most' },
    { name: 'memory_children', unit: 'MiB', value: rounded(cost.childrenMiB.reduce((sum, one) => sum + one, 0)),
      note: `resident, the most; of each ${cost.childrenMiB.map(rounded).join(' ')}; ${accounts} numbers, 10 a child` },
    cpuOf(shown, accounts),
    ...steps.map(countsOf),
  ];
}

/** Raises the rate step by step until one does not hold; every step is on the same product. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const accounts = options.quick ? ACCOUNTS_QUICK : ACCOUNTS;
  const world = await whatsAppWorld(options, { accounts, customersPerAccount: CUSTOMERS_PER_ACCOUNT });
  try {
    await runStep(world, WARM_PER_SECOND, CUSTOMERS_PER_ACCOUNT / WARM_PER_SECOND, 'warm');
    const steps: StepResult[] = [];
    for (const perSecond of STEPS) {
      const step = await runStep(world, perSecond, options.quick ? SECONDS_QUICK : SECONDS, `w${perSecond}`);
      steps.push(step);
      if (!holds(step)) break;
    }
    return figuresOf(steps, accounts);
  } finally {
    await world.stop();
  }
}
