/**
 * Files of a message: pictures in a frame of fixed size, so that nothing jumps when they arrive; the rest as a card to
 * download.
 */
import { Modal } from '@mantine/core';
import { IconDownload, IconFile, IconFileTypePdf, IconFileZip, IconMicrophone, IconPhotoOff,
  IconVideo } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocale, useT } from '../kit/words.ts';
import { fileSize } from '../lib/time.ts';
import type { AttachmentView } from '../live/types.ts';
import css from './Attachments.module.css';

/** Kinds a browser draws without running anything of the file; SVG is none of them. */
const drawn = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);

/** True for a file that is shown as a picture. */
export function isPicture(file: AttachmentView): boolean {
  return drawn.has(file.mediaType);
}

/** Where a file is fetched; the server checks the right to it each time. */
export function fileHref(fileId: string): string {
  return `/api/files/${encodeURIComponent(fileId)}`;
}

/** The sign of a file by its kind; a picture that cannot be shown says so. */
function FileSign({ mediaType }: { mediaType: string }) {
  const look = { size: 22, stroke: 1.5, 'aria-hidden': 'true' } as const;
  if (drawn.has(mediaType)) return <IconPhotoOff {...look} />;
  if (mediaType === 'application/pdf') return <IconFileTypePdf {...look} />;
  if (mediaType.startsWith('audio/')) return <IconMicrophone {...look} />;
  if (mediaType.startsWith('video/')) return <IconVideo {...look} />;
  return mediaType.includes('zip') ? <IconFileZip {...look} /> : <IconFile {...look} />;
}

/** "PDF · 214 KB". */
function kindOf(file: AttachmentView): string {
  const dot = file.fileName.lastIndexOf('.');
  return dot > 0 ? file.fileName.slice(dot + 1).toUpperCase() : file.mediaType;
}

function Picture({ file }: { file: AttachmentView }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const [broken, setBroken] = useState(false);
  if (broken) return <FileCard file={file} />;
  const href = fileHref(file.fileId);
  return (
    <>
      <button type="button" className={css.picture} aria-label={t('talk.openImage', { name: file.fileName })}
        onClick={() => { setOpen(true); }}>
        <img src={href} alt="" loading="lazy" decoding="async" onError={() => { setBroken(true); }} />
      </button>
      <Modal opened={open} onClose={() => { setOpen(false); }} size="auto" title={file.fileName}
        closeButtonProps={{ 'aria-label': t('app.close') }}>
        <img className={css.full} src={href} alt={file.fileName} />
        <p className={css.fullFoot}><a href={href} download={file.fileName}>{t('talk.download')}</a></p>
      </Modal>
    </>
  );
}

/** A file as a card of one width; its whole name is in the tooltip. */
function FileCard({ file }: { file: AttachmentView }) {
  const t = useT();
  const locale = useLocale();
  return (
    <a className={css.file} href={fileHref(file.fileId)} download={file.fileName} title={file.fileName}>
      <span className={css.fileIcon}><FileSign mediaType={file.mediaType} /></span>
      <span className="grow">
        <span className={`ellipsis ${css.fileName}`}><bdi>{file.fileName}</bdi></span>
        <span className={css.fileKind}>{kindOf(file)} · {fileSize(file.sizeBytes, locale)}</span>
      </span>
      <IconDownload size={18} stroke={1.75} aria-label={t('talk.download')} />
    </a>
  );
}

/** All files of a message, in order. */
export function Attachments({ files }: { files: readonly AttachmentView[] }) {
  return <>{files.map((file) =>
    (isPicture(file) ? <Picture key={file.fileId} file={file} /> : <FileCard key={file.fileId} file={file} />))}</>;
}
