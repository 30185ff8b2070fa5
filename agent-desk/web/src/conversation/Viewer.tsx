/** The pictures of a conversation, large: next and previous by keys, zoom by keys, buttons and wheel, moved by hand. */
import { ActionIcon, Modal } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconDownload, IconRotateClockwise, IconZoomIn, IconZoomOut,
  IconZoomReset } from '@tabler/icons-react';
import { createContext, useContext, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent,
  type ReactNode } from 'react';
import { useT } from '../kit/words.ts';
import type { AttachmentView, MessageView } from '../live/types.ts';
import { fileHref, isPicture } from './files.ts';
import css from './Viewer.module.css';

const ViewerContext = createContext<(fileId: string) => void>(() => undefined);

/** Opens the viewer at a picture of the conversation. */
export function useViewer(): (fileId: string) => void {
  return useContext(ViewerContext);
}

const zoomMin = 1;
const zoomMax = 6;

interface Look { zoom: number; x: number; y: number; turned: number }
const straight: Look = { zoom: 1, x: 0, y: 0, turned: 0 };

/** How the picture is looked at; another picture stands straight again, and keeps the focus where it is. */
function useLook(fileId: string) {
  const [look, setLook] = useState(straight);
  const [lookFor, setLookFor] = useState(fileId);
  if (lookFor !== fileId) { setLookFor(fileId); setLook(straight); }
  const held = useRef<{ x: number; y: number } | null>(null);
  const zoomBy = (factor: number): void => {
    setLook((old) => {
      const zoom = Math.min(zoomMax, Math.max(zoomMin, old.zoom * factor));
      return zoom === 1 ? { ...straight, turned: old.turned } : { ...old, zoom };
    });
  };
  const hand = {
    onPointerDown: (event: PointerEvent<HTMLElement>): void => {
      held.current = { x: event.clientX, y: event.clientY };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>): void => {
      const from = held.current;
      if (from === null) return;
      held.current = { x: event.clientX, y: event.clientY };
      setLook((old) => (old.zoom === 1 ? old
        : { ...old, x: old.x + event.clientX - from.x, y: old.y + event.clientY - from.y }));
    },
    onPointerUp: (): void => { held.current = null; },
  };
  return { look, zoomBy, hand, reset: () => { setLook(straight); },
    turn: () => { setLook((old) => ({ ...old, turned: (old.turned + 90) % 360 })); } };
}

function Stage({ file, at, of, onMove }: { file: AttachmentView; at: number; of: number;
  onMove: (by: number) => void }) {
  const t = useT();
  const { look, zoomBy, hand, reset, turn } = useLook(file.fileId);
  const onKey = (event: KeyboardEvent): void => {
    const act: Record<string, (() => void) | undefined> = { ArrowRight: () => { onMove(1); },
      ArrowLeft: () => { onMove(-1); }, '+': () => { zoomBy(1.5); }, '=': () => { zoomBy(1.5); },
      '-': () => { zoomBy(1 / 1.5); }, 0: reset };
    const found = act[event.key];
    if (found === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    found();
  };
  const button = (label: string, icon: ReactNode, onClick: () => void, disabled = false) => (
    <ActionIcon variant="subtle" color="gray" size={32} aria-label={label} title={label} onClick={onClick}
      disabled={disabled}>{icon}</ActionIcon>
  );
  const sign = { size: 18, stroke: 1.75, 'aria-hidden': 'true' } as const;
  return (
    <div onKeyDown={onKey}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys and buttons do the same */}
      <div className={css.stage} tabIndex={0} data-autofocus role="group" data-zoomed={look.zoom > 1 || undefined}
        aria-label={t('say.viewer', { n: at + 1, of })}
        onWheel={(event) => { zoomBy(event.deltaY < 0 ? 1.2 : 1 / 1.2); }}
        onDoubleClick={() => { if (look.zoom > 1) reset(); else zoomBy(2.5); }} {...hand}>
        <img className={css.image} src={fileHref(file.fileId)} alt={file.fileName} draggable={false} style={{
          transform: `translate(${look.x}px, ${look.y}px) scale(${look.zoom}) rotate(${look.turned}deg)` }} />
      </div>
      <div className={css.tools}>
        {button(t('say.previous'), <IconChevronLeft {...sign} />, () => { onMove(-1); }, of < 2)}
        <span className="num muted" role="status">{t('say.viewer', { n: at + 1, of })}</span>
        {button(t('say.next'), <IconChevronRight {...sign} />, () => { onMove(1); }, of < 2)}
        <span className="grow" />
        {button(t('say.zoomOut'), <IconZoomOut {...sign} />, () => { zoomBy(1 / 1.5); }, look.zoom <= zoomMin)}
        <span className={`num muted ${css.percent}`}>{t('say.percent', { n: Math.round(look.zoom * 100) })}</span>
        {button(t('say.zoomIn'), <IconZoomIn {...sign} />, () => { zoomBy(1.5); }, look.zoom >= zoomMax)}
        {button(t('say.zoomReset'), <IconZoomReset {...sign} />, reset)}
        {button(t('say.rotate'), <IconRotateClockwise {...sign} />, turn)}
        <a className="iconButton" href={fileHref(file.fileId)} download={file.fileName} aria-label={t('talk.download')}
          title={t('talk.download')}><IconDownload {...sign} /></a>
      </div>
    </div>
  );
}

/** Gives the messages below it a viewer over all their pictures, oldest first; arrows go round. */
export function ViewerProvider({ messages, children }: { messages: readonly MessageView[]; children: ReactNode }) {
  const t = useT();
  const [fileId, setFileId] = useState<string | null>(null);
  const pictures = useMemo(() => messages.flatMap((message) => message.attachments.filter(isPicture)), [messages]);
  const at = pictures.findIndex((file) => file.fileId === fileId);
  const file = pictures[at];
  const move = (by: number): void => {
    setFileId(pictures[(at + by + pictures.length) % pictures.length]?.fileId ?? null); };
  return (
    <ViewerContext.Provider value={setFileId}>
      {children}
      <Modal opened={file !== undefined} onClose={() => { setFileId(null); }} size="xl" centered
        title={<bdi className={css.title}>{file?.fileName}</bdi>} closeButtonProps={{ 'aria-label': t('app.close') }}>
        {file === undefined ? null
          : <Stage file={file} at={at} of={pictures.length} onMove={move} />}
      </Modal>
    </ViewerContext.Provider>
  );
}
