/** What a bench says: one JSON line a figure. */
export interface Figure {
  name: string;
  unit: string;
  value: number;
  p50_ms?: number;
  p99_ms?: number;
  ratio_to_floor?: number;
  note?: string;
}

export interface BenchOptions {
  quick: boolean;
  postgresUrl: string;
  redisUrl: string;
}

/** Two decimals, and three below one: enough to compare, short enough to read. */
export function rounded(value: number): number {
  const factor = Math.abs(value) < 1 ? 1000 : 100;
  return Math.round(value * factor) / factor;
}

/** "1.90 (1.64-1.95)": the median of per-round ratios with their range. */
export function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return `${rounded(sorted[0] ?? Number.NaN)}-${rounded(sorted.at(-1) ?? Number.NaN)}`;
}
