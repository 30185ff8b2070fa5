/** English words of what an agent does with single messages; the same keys as id-reply.ts. */
import type { idReply } from './id-reply.ts';
import type { Words } from './id.ts';

export const enReply: Words<typeof idReply> = {
  say: {
    actions: 'Message actions', quote: 'Quote', copyText: 'Copy text', quoting: 'Replying to {{who}}',
    quoteUnseen: 'On this channel the customer does not see the quote.', dropQuote: 'Stop quoting', quoteGone: 'The quoted message cannot be shown',
    toQuote: 'Go to the quoted message', quotedFile: 'File {{name}}', quotedPlace: 'Location',
    held: 'Leaves in {{n}} s', undo: 'Undo', sendNow: 'Send now', withdrawn: 'You took this message back',
    withdrawnBy: '{{who}} took this message back before it left', undone: 'Taken back; it is a draft again.',
    nothingHeld: 'No message can be taken back any more.',
    nothingHeldHint: 'The last one has left. Where its channel allows it, recall it from the message itself (M).', undoFailed: 'The message was not taken back', notSent: 'Not sent: {{why}}',
    earlier: 'See what it said before', earlierTitle: 'Before the change', earlierAt: 'until {{time}}',
    earlierNone: 'The earlier text was not kept.', reaction: 'The customer reacted with {{emoji}}',
    openMap: 'Open on a map', coordinates: 'Coordinates', phone: 'Phone', noPhone: 'no number',
    openLink: 'Open {{host}}', play: 'Play', pause: 'Pause', speed: 'Speed', position: 'Position',
    voice: 'Voice message', playFailed: 'The sound cannot be played', playFailedHint: 'Download the file to listen.',
    video: 'Video {{name}}', preview: 'Preview of {{name}}', previewOf: 'Preview of',
    previewFailed: 'The preview cannot be shown',
    previewCut: 'Only the first {{size}} are shown. Download to read all of it.', loading: 'Loading ...',
    pictureFailed: 'The picture could not be loaded', pictureFailedHint: 'The file is kept. Try again or download it.',
    viewer: 'Image {{n}} of {{of}}', zoomIn: 'Zoom in', zoomOut: 'Zoom out', zoomReset: 'Original size',
    next: 'Next image', previous: 'Previous image', rotate: 'Turn the image', percent: '{{n}}%',
    canned: 'Canned reply', cannedSearch: 'Search title, shortcut or text', cannedNone: 'Nothing matches',
    cannedEmpty: 'No canned replies yet', cannedEmptyHint: 'Those who run the queues can make them in Settings.',
    cannedFailed: 'Canned replies could not be loaded',
    cannedHint: '↑ ↓ choose, Enter inserts, Esc closes', blanks: 'Fill in {{blanks}} before sending.',
    emoji: 'Emoji', emojiSearch: 'Search emoji', emojiRecent: 'Used lately',
    emojiNone: 'No emoji matches', mention: 'Mention a colleague', mentionNone: 'No colleague may read this',
    mentionHint: 'Whoever is mentioned is told.', mentionFailed: 'The colleagues could not be loaded',
    camera: 'Take a photo', shoot: 'Shoot', again: 'Again', usePhoto: 'Use photo',
    cameraWait: 'Opening the camera ...',
    cameraDenied: 'The camera is not allowed',
    cameraDeniedHint: 'Allow it in the settings of the browser and try again.',
    cameraNone: 'No camera was found', cameraNoneHint: 'Connect one, or attach a picture file.',
    photoName: 'photo', undoSetting: 'Pause before sending', undoOff: 'At once', undoSeconds: '{{n}} s',
  },
};
