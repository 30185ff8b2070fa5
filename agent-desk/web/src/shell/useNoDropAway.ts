/** What is dropped beside every place that takes it never makes the browser leave the desk. */
import { useEffect } from 'react';

/** True for a drop that a browser answers by opening what was dropped. */
function leads({ dataTransfer, target }: DragEvent): boolean {
  const field = target instanceof Element ? target.closest('input, textarea, [contenteditable="true"]') : null;
  const takesFiles = field instanceof HTMLInputElement && field.type === 'file';
  if (dataTransfer?.types.includes('Files') === true) return !takesFiles;
  // An address dropped into a field is text for it.
  return dataTransfer?.types.includes('text/uri-list') === true && field === null;
}

function refuse(event: DragEvent): void {
  if (event.defaultPrevented || !leads(event)) return;
  event.preventDefault();
  if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'none';
}

/** Mounted once, around everything: whoever takes a drop has done so before the window hears of it. */
export function useNoDropAway(): void {
  useEffect(() => {
    window.addEventListener('dragover', refuse);
    window.addEventListener('drop', refuse);
    return () => {
      window.removeEventListener('dragover', refuse);
      window.removeEventListener('drop', refuse);
    };
  }, []);
}
