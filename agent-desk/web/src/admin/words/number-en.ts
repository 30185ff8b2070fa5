/** English words of a linked number; the same keys as number-id.ts. */
export const numberEn = {
  title: 'WhatsApp number', healthTitle: 'Health of the number',
  states: {
    IDLE: 'Not linked yet', CONNECTING: 'Connecting', PAIRING: 'Waiting to be linked', OPEN: 'Connected',
    OFFLINE: 'Offline', OPERATOR: 'Needs you to act',
  },
  stateHelp: {
    IDLE: 'Link the company number as WhatsApp Web is linked. Have the phone that holds it at hand.',
    CONNECTING: 'Connecting to WhatsApp. Outgoing messages wait.',
    PAIRING: 'Follow these steps on the phone that holds the company number.',
    OPEN: 'This number takes and sends messages.',
    OFFLINE: 'Tried again by itself. Outgoing messages wait; what customers write is delivered afterwards.',
    OPERATOR: 'Nothing is tried until you decide. Outgoing messages wait.',
  },
  reasons: {
    PAIRING_EXPIRED: 'The code was not used in time. Show a new one once the phone is at hand.',
    CONFLICT: 'Another device or program holds this session and took it over again and again. End the other one '
      + 'first, then connect again.',
    LOGGED_OUT: 'The phone removed this device (Linked devices). The old keys are archived; link the number again. '
      + 'Waiting messages are kept.',
    BANNED: 'WhatsApp has blocked this number. Open WhatsApp on its phone and ask for a review. Connect again once it '
      + 'is restored.',
    CLIENT_OUTDATED: 'WhatsApp refuses this client version. Enter a newer one under "Client version", or update the '
      + 'product, then connect again.',
    MULTIDEVICE_MISMATCH: 'The phone does not support linked devices yet. Update WhatsApp on it, then connect again.',
    BAD_SESSION: 'WhatsApp does not recognise this session. Connect again; if it repeats, log out and link anew.',
    STOPPED: 'Stopped by an operator. The number neither takes nor sends until it is connected again.',
    EGRESS_REFUSED: 'The host under "Own test server" is not in EGRESS_ALLOW. Mend that, then connect again.',
    CONNECTION_LOST: 'The connection to WhatsApp was lost.', CONNECTION_CLOSED: 'WhatsApp closed the connection.',
    TIMED_OUT: 'WhatsApp does not answer.', UNAVAILABLE: 'WhatsApp is out of service.',
    REPLACED: 'Another device or program used this session for a moment.',
    RESTART_REQUIRED: 'WhatsApp asks to connect again.',
    SERVER_STOPPED: 'The server was stopped or started anew.',
    SERVER_LOST: 'The server that held this number died; when that began is an estimate.',
    OTHER: 'The server gives as reason: {{code}}.',
  },
  pauses: {
    REACHOUT_LOCKED: 'WhatsApp does not let this number write to new people for now.',
    OTHER: 'This number may not write to new people for now.',
  },
  wishes: {
    PAIR_QR: 'Link with a QR code', PAIR_CODE: 'Link with an 8-character code', RECONNECT: 'Connect again',
    LOG_OUT: 'Log out of WhatsApp', STOP: 'Stop',
  },
  useQr: 'Use a QR code', useCode: 'Use an 8-character code', stopPairing: 'Stop linking', tryNow: 'Try now',
  wished: 'Asked for: {{wish}}. Waiting for the server that holds this number ...',
  failed: 'The request was not passed on',
  disabled: 'The account is disabled. Enable it first to connect its number.', since: 'since {{time}}',
  number: 'Number', name: 'Name', paired: 'Linked', noName: 'no name',
  logOutAsk: 'Log out of WhatsApp?',
  logOutText: 'The number {{number}} is released here and from the list of devices on the phone. Its keys are archived '
    + 'and not used again: to connect once more the number has to be linked anew. Waiting messages and all '
    + 'conversations are kept.',
  stopAsk: 'Stop this number?',
  stopText: 'The number neither takes nor sends until it is connected again. It stays linked; waiting messages are '
    + 'kept.',
  phone: 'Number to link', phoneHint: 'With its country code; 0812 ... is read as +62 812 ...',
  phoneWrong: 'Enter the whole number, such as +62 812 3456 7890.', phoneRead: 'Read as {{number}}',
  showCode: 'Show the code', qr: 'QR code that links the number; scan it with the phone that holds the number',
  code: 'Linking code: {{letters}}', codeLeft: 'Good for {{n}} more seconds', codeNext: 'Preparing a code ...',
  codeHidden: 'Only those who manage channels see the code.',
  qrStep1: 'Open WhatsApp on the phone and choose Settings.', qrStep2: 'Choose Linked devices, then Link a device.',
  qrStep3: 'Point the camera at this code. It renews itself.',
  codeStep1: 'Open WhatsApp on the phone and choose Settings, Linked devices, Link a device.',
  codeStep2: 'Choose "Link with phone number instead".', codeStep3: 'Type this code.',
  unused: 'Figures appear once the number is linked and in use.',
  cold: '{{n}} of {{cap}} new contacts today', coldFree: '{{n}} new contacts today, without a limit',
  coldHelp: 'New contacts: customers who have not written in {{days}} days and whom we write to first. Answers to '
    + 'customers who write are not limited.',
  coldFull: 'The limit of today is reached. Messages to new contacts wait until the day is over (WIB).',
  paused: 'New contacts are paused until {{time}}', pausedHelp: 'Answers to customers who write still leave.',
  days: 'The last 14 days', day: 'Date', coldDay: 'New contacts', warmDay: 'Answers', failedDay: 'Failed',
  receivedDay: 'Received', ignoredDay: 'Ignored',
  daysEmpty: 'No messages yet. Figures by the day appear once the number is in use.',
  daysHelp: 'Ignored: messages of groups, status and channels; they become no conversation.',
  gaps: 'Times offline', gapsEmpty: 'It was never offline.', gap: '{{from}}–{{until}}',
  gapOpen: 'since {{from}}, not back yet', recovered: '{{n}} messages came afterwards',
  recoveredNone: 'no messages afterwards',
};
