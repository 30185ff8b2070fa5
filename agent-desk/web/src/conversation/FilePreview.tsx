/** A document looked at without saving it: a PDF in the browser's own reader, text as text and nothing else. */
import { useEffect, useState } from 'react';
import { Modal } from '../kit/over.tsx';
import { useLocale, useT } from '../kit/words.ts';
import { fileSize } from '../lib/time.ts';
import type { AttachmentView } from '../live/types.ts';
import { fetchBlob, fileHref, textPreviewBytes, useBlobUrl } from './files.ts';
import css from './Viewer.module.css';

function Failed({ file }: { file: AttachmentView }) {
  const t = useT();
  return (
    <div className={css.wait} role="alert">
      <p>{t('say.previewFailed')}. <a href={fileHref(file.fileId)} download={file.fileName}>{t('talk.download')}</a></p>
    </div>
  );
}

/** The bytes were judged a PDF by the server from their content; the frame is a page of their own, without ours. */
function Paper({ file }: { file: AttachmentView }) {
  const t = useT();
  const { url, failed } = useBlobUrl(file, true);
  if (failed) return <Failed file={file} />;
  if (url === undefined) return <div className={css.wait} role="status">{t('say.loading')}</div>;
  return <iframe className={css.paper} src={`${url}#navpanes=0`} title={t('say.preview', { name: file.fileName })} />;
}

function PlainText({ file }: { file: AttachmentView }) {
  const t = useT();
  const locale = useLocale();
  const [text, setText] = useState<string | null | undefined>(undefined);
  useEffect(() => {
    const stop = new AbortController();
    fetchBlob(file.fileId, 'text/plain', stop.signal).then((blob) => blob.slice(0, textPreviewBytes).text())
      .then(setText, () => { if (!stop.signal.aborted) setText(null); });
    return () => { stop.abort(); };
  }, [file.fileId]);
  if (text === null) return <Failed file={file} />;
  if (text === undefined) return <div className={css.wait} role="status">{t('say.loading')}</div>;
  return (
    <>
      <pre className={css.text} tabIndex={0}><bdi>{text}</bdi></pre>
      {file.sizeBytes > textPreviewBytes
        ? <p className="meta">{t('say.previewCut', { size: fileSize(textPreviewBytes, locale) })}</p> : null}
    </>
  );
}

/** The dialog over the conversation. */
export function FilePreview({ file, kind, opened, onClose }: { file: AttachmentView; kind: 'pdf' | 'text';
  opened: boolean; onClose: () => void }) {
  const t = useT();
  return (
    <Modal opened={opened} onClose={onClose} size="xl" centered title={<bdi className={css.title}>{file.fileName}</bdi>}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      {kind === 'pdf' ? <Paper file={file} /> : <PlainText file={file} />}
      <p className="meta"><a href={fileHref(file.fileId)} download={file.fileName}>{t('talk.download')}</a></p>
    </Modal>
  );
}
