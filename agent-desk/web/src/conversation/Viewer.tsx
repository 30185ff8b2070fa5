/**
 * The pictures of a conversation, large: next and previous by keys, zoom by keys, buttons, wheel and two
 * fingers, moved by hand.
 */
import { ActionIcon, Button } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconDownload, IconPhotoOff, IconRotateClockwise, IconZoomIn, IconZoomOut,
  IconZoomReset } from '@tabler/icons-react';
import { createContext, useContext, useEffect, useMemo, useRef, useState, type Dispatch, type KeyboardEvent,
  type PointerEvent, type ReactNode, type SetStateAction } from 'react';
import { Modal } from '../kit/over.tsx';
import { useT } from '../kit/words.ts';
import type { AttachmentView, MessageView } from '../live/types.ts';
import { againHref, fileHref, isPicture } from './files.ts';
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

interface Point { x: number; y: number }

function between(a: Point, b: Point): { middle: Point; far: number } {
  return { middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, far: Math.hypot(a.x - b.x, a.y - b.y) };
}

/** Larger or smaller around a point, which is told from the middle of the stage and stays where it is. */
function zoomed(old: Look, factor: number, around: Point = { x: 0, y: 0 }): Look {
  const zoom = Math.min(zoomMax, Math.max(zoomMin, old.zoom * factor));
  if (zoom === 1) return { ...straight, turned: old.turned };
  const by = zoom / old.zoom;
  return { ...old, zoom, x: around.x - (around.x - old.x) * by, y: around.y - (around.y - old.y) * by };
}

/** Moved by one finger or the mouse, and by two fingers made larger or smaller where they lie. */
function useHand(setLook: Dispatch<SetStateAction<Look>>) {
  const down = useRef(new Map<number, Point>());
  const letGo = (event: PointerEvent<HTMLElement>): void => { down.current.delete(event.pointerId); };
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>): void => {
      // A press on a button stays the button's: captured, its click would be the stage's.
      if (event.target instanceof Element && event.target.closest('button') !== null) return;
      down.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>): void => {
      const from = down.current.get(event.pointerId);
      if (from === undefined) return;
      const to = { x: event.clientX, y: event.clientY };
      down.current.set(event.pointerId, to);
      const other = [...down.current].find(([id]) => id !== event.pointerId)?.[1];
      if (other === undefined) {
        setLook((old) => (old.zoom === 1 ? old : { ...old, x: old.x + to.x - from.x, y: old.y + to.y - from.y }));
        return;
      }
      const box = event.currentTarget.getBoundingClientRect();
      const [was, is] = [between(from, other), between(to, other)];
      const around = { x: is.middle.x - box.x - box.width / 2, y: is.middle.y - box.y - box.height / 2 };
      const moved = { x: is.middle.x - was.middle.x, y: is.middle.y - was.middle.y };
      setLook((old) => zoomed({ ...old, x: old.x + moved.x, y: old.y + moved.y }, is.far / Math.max(1, was.far),
        around));
    },
    onPointerUp: letGo, onPointerCancel: letGo,
  };
}

/** How the picture is looked at; another picture stands straight again, and keeps the focus where it is. */
function useLook(fileId: string) {
  const [look, setLook] = useState(straight);
  const [lookFor, setLookFor] = useState(fileId);
  if (lookFor !== fileId) { setLookFor(fileId); setLook(straight); }
  const stage = useRef<HTMLDivElement>(null);
  const hand = useHand(setLook);
  const zoomBy = (factor: number): void => { setLook((old) => zoomed(old, factor)); };
  // Two fingers on a touchpad are a wheel with Ctrl, by which the browser would make the whole page larger.
  useEffect(() => {
    const element = stage.current;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const factor = event.ctrlKey ? Math.exp(-event.deltaY / 100) : event.deltaY < 0 ? 1.2 : 1 / 1.2;
      setLook((old) => zoomed(old, factor));
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => { element?.removeEventListener('wheel', onWheel); };
  }, []);
  return { look, stage, zoomBy, hand, reset: () => { setLook(straight); },
    turn: () => { setLook((old) => ({ ...old, turned: (old.turned + 90) % 360 })); } };
}

/** The picture, or that it did not come. */
function Image({ file, look, onRetry }: { file: AttachmentView; look: Look; onRetry: () => void }) {
  const t = useT();
  const [tries, setTries] = useState(0);
  const [broken, setBroken] = useState(false);
  if (broken) {
    return (
      <div className={css.broken} role="alert">
        <IconPhotoOff size={28} stroke={1.5} aria-hidden="true" />
        <p>{t('say.pictureFailed')}. {t('say.pictureFailedHint')}</p>
        <Button variant="default" onClick={() => {
          setTries(tries + 1);
          setBroken(false);
          onRetry();
        }}>{t('app.retry')}</Button>
      </div>
    );
  }
  return <img className={css.image} src={againHref(file.fileId, tries)} alt={file.fileName} draggable={false}
    onError={() => { setBroken(true); }} style={{
      transform: `translate(${look.x}px, ${look.y}px) scale(${look.zoom}) rotate(${look.turned}deg)` }} />;
}

function Stage({ file, at, of, onMove }: { file: AttachmentView; at: number; of: number;
  onMove: (by: number) => void }) {
  const t = useT();
  const { look, stage, zoomBy, hand, reset, turn } = useLook(file.fileId);
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
      <div ref={stage} className={css.stage} tabIndex={0} data-autofocus role="group"
        data-zoomed={look.zoom > 1 || undefined} aria-label={t('say.viewer', { n: at + 1, of })}
        onDoubleClick={() => { if (look.zoom > 1) reset(); else zoomBy(2.5); }} {...hand}>
        <Image key={file.fileId} file={file} look={look} onRetry={() => { stage.current?.focus(); }} />
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
