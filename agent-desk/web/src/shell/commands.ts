/**
 * The one table of keys: the `?` sheet, the command palette and the test that no key is unknown are made from it. The
 * screen that does a command listens to its key by useKeys; here stands what the key is called and where it belongs.
 */

export type CommandGroup = 'go' | 'talk' | 'work' | 'screen';
export const commandGroups: readonly CommandGroup[] = ['go', 'talk', 'work', 'screen'];

export interface Command {
  /** The name as useKeys writes it: "R", "Ctrl+Enter", "G I", "Alt+1". */
  key: string;
  group: CommandGroup;
  /** The key of its word under `command` in the i18n files. */
  word: string;
  /** False where it makes no sense to choose it from a list: moving with J, Escape. */
  inPalette: boolean;
}

function rows(group: CommandGroup, list: readonly (readonly [string, string, boolean?])[]): Command[] {
  return list.map(([key, word, inPalette = true]) => ({ key, group, word, inPalette }));
}

/** Every key of the desk, in the order of the sheet. */
export const commands: readonly Command[] = [
  ...rows('go', [
    ['Ctrl+K', 'palette', false], ['J', 'next', false], ['K', 'previous', false], ['Enter', 'open', false],
    ['1', 'listMine'], ['2', 'listQueues'], ['3', 'listAll'], ['L', 'views'],
    ['G I', 'goInbox'], ['G T', 'goTickets'], ['G S', 'goSearch'],
    ['G A', 'goAdmin'], ['G N', 'goNotices'], ['G P', 'goPrefs'],
  ]),
  ...rows('talk', [
    ['A', 'pick'], ['R', 'reply'], ['N', 'noteKey'], ['/', 'canned'], ['B', 'buttons'],
    ['U', 'attach'], ['C', 'camera'], ['I', 'emoji'], ['Ctrl+Enter', 'send', false],
    ['Z', 'undoSend'], ['Alt+Z', 'undoSendField', false], ['M', 'messageTools'], ['End', 'newest'],
  ]),
  ...rows('work', [
    ['E', 'escalate'], ['D', 'document'], ['T', 'transfer'], ['S', 'snooze'], ['W', 'wake'], ['F', 'follow'],
    ['V', 'select'], ['Y', 'copyTicket'], ['Q', 'release'], ['O', 'oot'], ['X', 'close'],
  ]),
  ...rows('screen', [
    ['P', 'panel'], ['4', 'tabContact'], ['5', 'tabTicket'], ['6', 'tabHistory'],
    ['Alt+1', 'READY'], ['Alt+2', 'BUSY'], ['Alt+3', 'BREAK'], ['Alt+4', 'WRAP_UP'], ['Alt+5', 'OFFLINE'],
    ['Escape', 'esc', false], ['?', 'sheet'],
  ]),
];

/** Names of keys as they stand on the keyboard. */
const capNames: Record<string, string> = { Escape: 'Esc', Enter: '↵', ArrowDown: '↓', ArrowUp: '↑' };

/** The caps of a key in order: "Ctrl+Enter" gives Ctrl and ↵, "G I" gives G and I. */
export function capsOf(key: string): string[] {
  return key.split(/[+ ](?=.)/).map((cap) => capNames[cap] ?? cap);
}

/** The key as aria-keyshortcuts wants it; undefined for a sequence, which that attribute cannot say. */
export function ariaKey(key: string): string | undefined {
  return key.includes(' ') ? undefined : key.replace('Ctrl+', 'Control+');
}
