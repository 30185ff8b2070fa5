/** How a form names its fields where it sums up what is wrong: as the screen does. */
import type { Editor } from '../use-editor.ts';

/**
 * The editor for the drawer, in which errors of these fields stand under their labels; the others have one word
 * everywhere (`fields.<name>`). A test holds that a form says no other word than that of the field's label.
 */
export function labelled<D extends object>(editor: Editor<D>, labels: Readonly<Record<string, string>>): Editor<D> {
  const errors = Object.fromEntries(Object.entries(editor.errors).map(([field, text]) =>
    [labels[field] ?? field, text]));
  return { ...editor, errors };
}
