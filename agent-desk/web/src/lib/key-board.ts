/** Which keys act now: screens add theirs, the first that wants a key has it, two keys after another make one name. */

/** Returning false lets the key go on to others and to the browser. */
export type KeyActions = Record<string, ((event: KeyboardEvent) => boolean | void) | undefined>;

interface Entry { actions: () => KeyActions; first: boolean }

/** How long after its first key a sequence such as "G I" waits for the second. */
const sequenceMs = 1_500;

export class KeyBoard {
  private readonly entries: Entry[] = [];
  private begun: { key: string; until: number } | undefined;

  /** Adds the keys of a screen; `first` goes before all others. Returns the way to take them away. */
  add(actions: () => KeyActions, first: boolean): () => void {
    const entry = { actions, first };
    this.entries.push(entry);
    return () => {
      const at = this.entries.indexOf(entry);
      if (at !== -1) this.entries.splice(at, 1);
    };
  }

  /** Does what the key means now. True if somebody took it. */
  press(name: string, event: KeyboardEvent): boolean {
    const begun = this.begun !== undefined && event.timeStamp <= this.begun.until ? this.begun.key : undefined;
    this.begun = undefined;
    if (begun !== undefined && this.run(`${begun} ${name}`, event)) return true;
    if (this.run(name, event)) return true;
    if (![...this.names()].some((each) => each.startsWith(`${name} `))) return false;
    this.begun = { key: name, until: event.timeStamp + sequenceMs };
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
