/** Files pasted into the text, or dropped anywhere on the conversation that the box belongs to. */
import { useEffect, useState, type ClipboardEvent, type RefObject } from 'react';

/**
 * `box`: the reply box; its conversation is the main part of the page around it. `add` takes the files; without it
 * none are taken.
 */
export function useDropped(box: RefObject<HTMLElement | null>, add: ((files: File[]) => void) | undefined) {
  const [dropping, setDropping] = useState(false);
  useEffect(() => {
    const isOver = (event: DragEvent, at: EventTarget | null): boolean => add !== undefined && at instanceof Node
      && event.dataTransfer?.types.includes('Files') === true && box.current?.closest('main')?.contains(at) === true;
    const onOver = (event: DragEvent): void => {
      const over = isOver(event, event.target);
      setDropping(over);
      if (!over || event.dataTransfer === null) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
    };
    const onLeave = (event: DragEvent): void => { if (!isOver(event, event.relatedTarget)) setDropping(false); };
    const onDrop = (event: DragEvent): void => {
      setDropping(false);
      if (!isOver(event, event.target)) return;
      event.preventDefault();
      add?.([...event.dataTransfer?.files ?? []]);
    };
    document.addEventListener('dragover', onOver);
    document.addEventListener('dragleave', onLeave);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('dragover', onOver);
      document.removeEventListener('dragleave', onLeave);
      document.removeEventListener('drop', onDrop);
    };
  });
  const onPaste = (event: ClipboardEvent): void => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    add?.([...event.clipboardData.files]);
  };
  return { dropping, onPaste };
}
