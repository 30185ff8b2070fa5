/** Lists in pieces. Pure. */

/** The list cut into pieces of at most `size`. */
export function portions<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, n) => list.slice(n * size, (n + 1) * size));
}
