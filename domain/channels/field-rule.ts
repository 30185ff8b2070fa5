/** What the value of a channel's setting must look like: the form says it at once, and the server again. */

export interface FieldRule {
  /** A regular expression that the whole value matches, white space around it aside. */
  pattern: string;
  /** The value is a list: each part between commas or line ends is held to the pattern by itself. */
  list?: boolean;
  /** What is said of a value that does not match; {{part}} is the part of a list that is wrong. */
  wrong: { id: string; en: string };
}

/** The first part that does not keep to the rule; undefined where all do. Empty parts of a list are none. */
export function wrongPart(rule: FieldRule, value: string): string | undefined {
  const pattern = new RegExp(`^(?:${rule.pattern})$`, 'u');
  const parts = rule.list === true ? value.split(/[,\n]/).map((part) => part.trim()).filter((part) => part !== '')
    : [value.trim()];
  return parts.find((part) => !pattern.test(part));
}

/** What to say of a value, in this language; undefined where it keeps to the rule. */
export function ruleProblem(rule: FieldRule, value: string, locale: 'id' | 'en'): string | undefined {
  const part = wrongPart(rule, value);
  return part === undefined ? undefined : rule.wrong[locale].replace('{{part}}', () => part.slice(0, 80));
}
