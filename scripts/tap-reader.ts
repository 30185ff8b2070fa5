/** Reads the TAP of a test run line by line and gives, file by file, what passed and what failed and why. */

export interface FileResult {
  file: string;
  passed: number;
  failed: number;
  skipped: number;
  /** As tap says it, `12.3ms`; empty where unknown. */
  took: string;
  /** For each failure: where it stands and tap's own account of it. */
  failures: string[];
}

interface Level {
  indent: number;
  name: string;
  failedBefore: number;
}

const LINE = /^( *)(not ok|ok)\b(?: \d+)?(?: - )?(.*)$/;
const DETAIL_LINES_MAX = 60;

function emptyResult(): FileResult {
  return { file: '', passed: 0, failed: 0, skipped: 0, took: '', failures: [] };
}

/**
 * Takes the lines of a TAP 14 stream whose outermost subtests are files; `push` gives the result of a file with its
 * last line. Single assertions count; a subtest or file that fails without one (timeout, no test in it) counts as one.
 */
export class TapReader {
  #result = emptyResult();
  readonly #levels: Level[] = [];
  /** Indentation of the account that is being read, if one is. */
  #detailIndent = -1;
  #detailWanted = false;

  push(line: string): FileResult | undefined {
    if (this.#takeDetail(line)) return undefined;
    const indent = line.length - line.trimStart().length;
    if (line.startsWith('# Subtest', indent)) {
      const name = line.slice(indent).replace(/^# Subtest(: )?/, '');
      this.#levels.push({ indent, name, failedBefore: this.#result.failed });
      return undefined;
    }
    const point = LINE.exec(line);
    if (point === null) {
      const opens = line.slice(indent) === '---' && this.#detailWanted;
      this.#detailWanted = false;
      if (opens) this.#detailIndent = indent;
      return undefined;
    }
    return this.#takePoint(indent, point[2] === 'ok', point[3] ?? '');
  }

  /** The stream ended: what is left of a file that never came to its last line. */
  end(): FileResult | undefined {
    if (this.#levels.length === 0) return undefined;
    this.#fail('the run ended in the middle of it');
    return this.#finish(this.#levels[0]?.name ?? '', '');
  }

  #takeDetail(line: string): boolean {
    if (this.#detailIndent < 0) return false;
    if (line.trim() === '...' && line.length - line.trimStart().length === this.#detailIndent) {
      this.#detailIndent = -1;
      return true;
    }
    const last = this.#result.failures.length - 1;
    const text = this.#result.failures[last] ?? '';
    if (text.split('\n').length <= DETAIL_LINES_MAX) {
      this.#result.failures[last] = `${text}\n    ${line.slice(this.#detailIndent)}`;
    }
    return true;
  }

  #fail(name: string): void {
    const path = [...this.#levels.slice(1).map((level) => level.name), name].filter((part) => part !== '');
    this.#result.failed += 1;
    this.#result.failures.push(path.join(' > '));
    this.#detailWanted = true;
  }

  #takePoint(indent: number, good: boolean, rest: string): FileResult | undefined {
    this.#detailWanted = false;
    const top = this.#levels.at(-1);
    const name = rest.replace(/ # time=.*$/, '');
    if (top?.indent !== indent) {
      if (/ # (SKIP|TODO)\b/i.test(rest) || /^# (SKIP|TODO)\b/i.test(rest)) this.#result.skipped += 1;
      else if (good) this.#result.passed += 1;
      else this.#fail(name);
      return undefined;
    }
    this.#levels.pop();
    const whole = this.#levels.length === 0;
    if (!good && this.#result.failed === top.failedBefore) this.#fail(whole ? 'the file as a whole' : name);
    if (this.#levels.length > 0) return undefined;
    return this.#finish(top.name, / # time=(.*)$/.exec(rest)?.[1] ?? '');
  }

  #finish(file: string, took: string): FileResult {
    const result = { ...this.#result, file, took };
    this.#result = emptyResult();
    this.#levels.length = 0;
    return result;
  }
}
