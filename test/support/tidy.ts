/** The house's own rules, checked on its text: each gives its findings, and each finding says what to do instead. */
import { importRule, missingTargets, orphanRule, packageRule } from './tidy-imports.ts';
import { bannedCalls, docstrings, fileLength, leftovers, lineLength, machinePaths, opening } from './tidy-text.ts';
import { readTree, type Tree } from './tidy-tree.ts';
import {
  deadExports, documentLinks, errorsUsed, eventsUsed, failpointList, limitsUsed, statementNames,
} from './tidy-words.ts';

/** Every rule by its name. The length of functions (70 lines) is measured by the linter: .oxlintrc.json. */
export const rules: Record<string, (tree: Tree) => string[]> = {
  'a room imports only what it may': importRule,
  'a package stays behind its door and is declared': packageRule,
  'an import leads to a file': missingTargets,
  'a file is used by somebody': orphanRule,
  'an export is used by somebody': deadExports,
  'a file has 400 lines at most': fileLength,
  'a line has 120 columns at most': lineLength,
  'a file opens with a sentence': opening,
  'an exported function has a docstring': docstrings,
  'banned calls are replaced': bannedCalls,
  'nothing is left for later': leftovers,
  'no path of one machine is written down': machinePaths,
  'the failpoints listed are those called': failpointList,
  'a statement name is used once': statementNames,
  'a limit is obeyed somewhere': limitsUsed,
  'an error can happen': errorsUsed,
  'a journal event is written by somebody': eventsUsed,
  'a link between documents leads somewhere': documentLinks,
};

/** All findings over the house on the disk, each with its rule. */
export function findings(root: string): string[] {
  const tree = readTree(root);
  return Object.entries(rules).flatMap(([name, rule]) => rule(tree).map((finding) => `${finding}  [${name}]`));
}
