/**
 * Files of a message: pictures in a frame of fixed size, so that nothing jumps when they arrive; voices with a player;
 * papers and text with a preview; the rest as a card to download.
 */
import { IconDownload, IconEye, IconFile, IconFileText, IconFileTypePdf, IconFileZip, IconMicrophone, IconPhotoOff,
  IconVideo } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocale, useT } from '../kit/words.ts';
import { fileSize } from '../lib/time.ts';
import type { AttachmentView } from '../live/types.ts';
import css from './Attachments.module.css';
import { FilePreview } from './FilePreview.tsx';
import { againHref, fileHref, isPicture, shownAs } from './files.ts';
import { useViewer } from './Viewer.tsx';
import { Voice } from './Voice.tsx';

export { fileHref, isPicture } from './files.ts';

/** The sign of a file by its kind; a picture that cannot be shown says so. */
function FileSign({ file }: { file: AttachmentView }) {
  const look = { size: 22, stroke: 1.5, 'aria-hidden': 'true' } as const;
  if (isPicture(file)) return <IconPhotoOff {...look} />;
  const kind = shownAs(file);
  if (kind === 'pdf') return <IconFileTypePdf {...look} />;
  if (kind === 'voice') return <IconMicrophone {...look} />;
  if (kind === 'video') return <IconVideo {...look} />;
  if (kind === 'text') return <IconFileText {...look} />;
  return file.mediaType.includes('zip') ? <IconFileZip {...look} /> : <IconFile {...look} />;
}

/** "PDF · 214 KB". */
function kindOf(file: AttachmentView): string {
  const dot = file.fileName.lastIndexOf('.');
  return dot > 0 ? file.fileName.slice(dot + 1).toUpperCase() : file.mediaType;
}

/** In the frame of the picture, so that nothing moves: that it did not come, again, and saving it. */
function NoPicture({ file, onRetry }: { file: AttachmentView; onRetry: () => void }) {
  const t = useT();
  return (
    <div className={`${css.picture} ${css.noPicture}`} role="group" aria-label={file.fileName}>
      <FileSign file={file} />
      <span className={`ellipsis ${css.noName}`} title={file.fileName}><bdi>{file.fileName}</bdi></span>
      <span role="status">{t('say.pictureFailed')}</span>
      <span className={css.noTools}>
        <button type="button" className={css.link} onClick={onRetry}>{t('app.retry')}</button>
        <a className={css.link} href={fileHref(file.fileId)} download={file.fileName}>{t('talk.download')}</a>
      </span>
    </div>
  );
}

/** What takes the place of the button that was pressed takes its focus as well. */
function refocus(element: HTMLElement | null): void {
  if (document.activeElement === document.body) element?.focus();
}

function Picture({ file }: { file: AttachmentView }) {
  const t = useT();
  const open = useViewer();
  const [broken, setBroken] = useState(false);
  const [tries, setTries] = useState(0);
  if (broken) return <NoPicture file={file} onRetry={() => { setTries(tries + 1); setBroken(false); }} />;
  return (
    <button ref={tries > 0 ? refocus : undefined} type="button" className={css.picture}
      aria-label={t('talk.openImage', { name: file.fileName })} onClick={() => { open(file.fileId); }}>
      <img src={againHref(file.fileId, tries)} alt="" loading="lazy" decoding="async"
        onError={() => { setBroken(true); }} />
    </button>
  );
}

function Video({ file }: { file: AttachmentView }) {
  const t = useT();
  const [broken, setBroken] = useState(false);
  if (broken) return <FileCard file={file} />;
  // oxlint-disable-next-line jsx-a11y/media-has-caption -- a video that a customer sent comes without captions
  return <video className={css.video} src={fileHref(file.fileId)} controls preload="none" playsInline
    aria-label={t('say.video', { name: file.fileName })} onError={() => { setBroken(true); }} />;
}

/** A card whose name opens a preview; saving it stands beside. */
function PreviewCard({ file, kind }: { file: AttachmentView; kind: 'pdf' | 'text' }) {
  const t = useT();
  const locale = useLocale();
  const [open, setOpen] = useState(false);
  return (
    <div className={css.previewCard}>
      <button type="button" className={css.file} onClick={() => { setOpen(true); }} title={file.fileName}>
        <span className="sr">{t('say.previewOf')} </span>
        <span className={css.fileIcon}><FileSign file={file} /></span>
        <span className="grow">
          <span className={`ellipsis ${css.fileName}`}><bdi>{file.fileName}</bdi></span>
          <span className={css.fileKind}>{kindOf(file)} · {fileSize(file.sizeBytes, locale)}</span>
        </span>
        <IconEye size={18} stroke={1.75} aria-hidden="true" />
      </button>
      <a className="iconButton" href={fileHref(file.fileId)} download={file.fileName} aria-label={t('talk.download')}
        title={t('talk.download')}><IconDownload size={18} stroke={1.75} aria-hidden="true" /></a>
      <FilePreview file={file} kind={kind} opened={open} onClose={() => { setOpen(false); }} />
    </div>
  );
}

/** A file as a card of one width; its whole name is in the tooltip. */
function FileCard({ file }: { file: AttachmentView }) {
  const t = useT();
  const locale = useLocale();
  return (
    <a className={css.file} href={fileHref(file.fileId)} download={file.fileName} title={file.fileName}>
      <span className={css.fileIcon}><FileSign file={file} /></span>
      <span className="grow">
        <span className={`ellipsis ${css.fileName}`}><bdi>{file.fileName}</bdi></span>
        <span className={css.fileKind}>{kindOf(file)} · {fileSize(file.sizeBytes, locale)}</span>
      </span>
      <IconDownload size={18} stroke={1.75} aria-label={t('talk.download')} />
    </a>
  );
}

function OneFile({ file }: { file: AttachmentView }) {
  const kind = shownAs(file);
  if (kind === 'picture') return <Picture file={file} />;
  if (kind === 'voice') return <Voice file={file} />;
  if (kind === 'video') return <Video file={file} />;
  return kind === 'card' ? <FileCard file={file} /> : <PreviewCard file={file} kind={kind} />;
}

/** All files of a message, in order. */
export function Attachments({ files }: { files: readonly AttachmentView[] }) {
  return <>{files.map((file) => <OneFile key={file.fileId} file={file} />)}</>;
}
