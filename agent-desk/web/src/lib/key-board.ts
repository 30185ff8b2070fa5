/** Which keys act now: screens add theirs, the first that wants a key has it, two keys after another make one name. */

/** Returning false lets the key go on to others and to the browser. */
export type KeyActions = Record<string, ((event: KeyboardEvent) => boolean | void) | undefined>;

interface Entry { actions: () => KeyActions; first: boolean }

/** How long after its first key a sequence such as "G I" waits for the second. */
const sequenceMs = 1_500;

/** How long a key waits for parts of the screen that are still being drawn; later it would surprise. */
const heldMs = 1_500;

export class KeyBoard {
  private readonly entries: Entry[] = [];
  private begun: { key: string; until: number } | undefined;
  private readonly coming = new Set<object>();
  private held: { name: string; event: KeyboardEvent } | undefined;

  /** Adds the keys of a screen; `first` goes before all others. Returns the way to take them away. */
  add(actions: () => KeyActions, first: boolean): () => void {
    const entry = { actions, first };
    this.entries.push(entry);
    return () => {
      const at = this.entries.indexOf(entry);
      if (at !== -1) this.entries.splice(at, 1);
    };
  }

  /**
   * Says that parts with keys of their own are about to be drawn: a key that nobody wants meanwhile waits for them.
   * Returns the way to say that they are there.
   */
  expect(): () => void {
    const part = {};
    this.coming.add(part);
    return () => {
      this.coming.delete(part);
      // The parts add their keys in the same turn, after this was said.
      queueMicrotask(() => { this.release(); });
    };
  }

  /**
   * Keeps a key for a part that is only now asked for, as if it had been pressed while that part was being drawn.
   * Returns the way to say that the part is there.
   */
  hold(name: string, event: KeyboardEvent): () => void {
    const there = this.expect();
    this.held = { name, event };
    return there;
  }

  /** Drops a key that waits: whoever pressed it went on to something else. */
  forget(): void {
    this.held = undefined;
  }

  private release(): void {
    const { held } = this;
    if (held === undefined || this.coming.size > 0) return;
    this.held = undefined;
    if (performance.now() - held.event.timeStamp <= heldMs) this.run(held.name, held.event);
  }

  /** Does what the key means now. True if somebody took it, or will once it is there. */
  press(name: string, event: KeyboardEvent): boolean {
    this.held = undefined;
    const begun = this.begun !== undefined && event.timeStamp <= this.begun.until ? this.begun.key : undefined;
    this.begun = undefined;
    if (begun !== undefined && this.run(`${begun} ${name}`, event)) return true;
    // Half of a sequence is no command: who meant "G A" does not take the customer by A.
    const isStray = begun !== undefined && name.length === 1;
    if (!isStray && this.run(name, event)) return true;
    if ([...this.names()].some((each) => each.startsWith(`${name} `))) {
      this.begun = { key: name, until: event.timeStamp + sequenceMs };
      return true;
    }
    if (isStray) return true;
    if (this.coming.size === 0 || name.length !== 1) return false;
    this.held = { name, event };
    return true;
  }

  /** Does what the key would do, as if it had been pressed outside of any field. False if nobody wants it now. */
  run(name: string, event: KeyboardEvent): boolean {
    const ordered = [...this.entries.filter((each) => each.first), ...this.entries.filter((each) => !each.first)];
    for (const { actions } of ordered) {
      const action = actions()[name];
      if (action !== undefined && action(event) !== false) return true;
    }
    return false;
  }

  /** Every key that somebody listens to now. */
  names(): Set<string> {
    return new Set(this.entries.flatMap(({ actions }) =>
      Object.entries(actions()).flatMap(([name, action]) => (action === undefined ? [] : [name]))));
  }
}
