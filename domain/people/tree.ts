/** The organisation's tree of branches: which kind may stand under which (A1, A33, A37-A39). */

/** From the top down; a kind stands under any kind above it, so that a small organisation needs no areas. */
export const branchKinds = ['HEAD_OFFICE', 'REGION', 'AREA', 'BRANCH'] as const;

export type BranchKind = (typeof branchKinds)[number];

/** True if a branch of this kind may stand under one of `parent`; null is the top, where only head offices stand. */
export function mayStandUnder(kind: BranchKind, parent: BranchKind | null): boolean {
  if (parent === null) return kind === 'HEAD_OFFICE';
  return branchKinds.indexOf(kind) > branchKinds.indexOf(parent);
}
