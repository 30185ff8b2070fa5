/** Short messages at the lower left that name what happened; errors stay until closed. */
import { notifications } from '@mantine/notifications';
import { sayError } from './errors.ts';
import { codeWord } from './words.ts';

function closable() {
  return { withCloseButton: true, closeButtonProps: { 'aria-label': codeWord('app', 'close') } };
}

/** Says that something worked; goes by itself. */
export function notifyDone(message: string): void {
  notifications.show({ message, autoClose: 4_000, ...closable(), className: 'toast-ok' });
}

/** Says what did not work and why; stays until closed. */
export function notifyError(title: string, error: unknown): void {
  const said = sayError(error);
  notifications.show({ id: `${title}${said.code}`, title, message: said.message, autoClose: false, ...closable(),
    className: 'toast-bad' });
}

/** Says something that is no error but should be read. */
export function notifyWarn(title: string, message: string): void {
  notifications.show({ title, message, autoClose: 12_000, ...closable(), className: 'toast-warn' });
}
