/** Every bound of the product, unit last in the name, each with its reason. */
export const limits = {
  /**
   * Ten connections feed the intake lanes, the tail, outbound and the API on two cores; more only queue in PostgreSQL.
   */
  databaseConnectionsMax: 10,
  /** A connection that rested keeps its plans; a new one pays 40 ms for its first list. Each is made anew hourly. */
  databaseIdleMs: 600_000,
  databaseLifetimeSeconds: 3_600,
  /** A database that does not take a connection in this time counts as away: 503 in <= 2 s (RF05, RF07). */
  databaseConnectTimeoutMs: 1_500,
  /** The longest any statement may run; imports and reports work in chunks below it. */
  databaseQueryTimeoutMs: 8_000,
  /** A connection in use that is silent for longer than any statement may run has lost its server. */
  databaseSilentMs: 9_000,
  /** A request that waits this long asks whether the database answers anybody (RF07: 503 within 2 s). */
  databaseSlowMs: 1_100,
  transactionAttemptsMax: 4,
  /** Body of a webhook (RF24). */
  hookBodyBytes: 1_048_576,
  /** Body of an API request; files go by multipart. */
  apiBodyBytes: 262_144,
  /** Depth of JSON that is looked at at all; JSON.stringify overflows at 6,000 (RF23). */
  jsonDepthMax: 64,
  /** Events in one hook body of the generic channel. */
  hookEventsMax: 100,
  /** Events an intake lane commits at once (performance: window 0, batch 256). */
  intakeBatchMax: 256,
  /** Events that may wait for a lane before callers get 503 (P5). */
  intakeWaitingMax: 1_024,
  intakeLanes: 1,
  /** The longest that the lane of newcomers rests between two batches, so that more of them share the next. */
  intakeRestMs: 50,
  /** Handles remembered, twice, as having open work: a hint that chooses the lane, never what is stored. */
  intakeKnownMax: 50_000,
  /** Longest message text taken from or given to a customer, in code units after cleaning. */
  messageTextChars: 16_384,
  noteTextChars: 16_384,
  /** The longest a reply may be held back for its author's second thought: a customer waits meanwhile. */
  undoSendSecondsMax: 30,
  /** An edit, a recall or a reaction is tried for this long; then the bubble says that it failed. */
  messageChangeWindowMs: 600_000,
  /** Changes that one node makes at once: agents make few, and one account's calls share its provider's patience. */
  messageChangesAtOnce: 8,
  /** One sign, with its joiners and tones. */
  reactionChars: 16,
  /** Colleagues one note may call: more is a group chat. */
  mentionsPerNoteMax: 10,
  mentionsOfferedMax: 20,
  /** A canned reply is a paragraph, not a brochure. */
  cannedReplyChars: 4_000,
  cannedRepliesMax: 1_000,
  /** A link longer than this gets no preview. */
  linkChars: 2_000,
  /** What is read of a page for its title; heads are shorter. */
  linkPreviewBytes: 262_144,
  /** The whole of it, redirects included. */
  linkPreviewMs: 5_000,
  linkPreviewRedirectsMax: 3,
  /** Pages one node asks for at once; a conversation full of links waits. */
  linkPreviewsAtOnce: 8,
  nameChars: 200,
  handleChars: 512,
  /** A file a customer or an agent may send. */
  fileBytes: 20 * 1_048_576,
  filesPerMessageMax: 10,
  /** What a message may offer to tap: what every channel with buttons takes. */
  buttonsPerMessageMax: 12,
  buttonTextChars: 64,
  buttonDataBytes: 64,
  fileNameChars: 200,
  /** Files uploaded but never attached to a message are removed after this time. */
  fileOrphanHours: 24,
  pageItemsMax: 200,
  /** Longer than this it is no put-aside work but a forgotten one. */
  snoozeDaysMax: 30,
  /** Rows one bulk action takes: each is a short transaction of its own within one request. */
  bulkItemsMax: 100,
  savedViewsMax: 30,
  /** A view counts up to here; the screen says "999+". */
  viewCountMax: 1_000,
  /** What was closed unread is looked for so far back: no index knows it, and later nobody reads it. */
  closedUnreadDays: 3,
  /** A filter as text in an address. */
  filterChars: 4_000,
  filterChoicesMax: 2_000,
  /** Colleagues offered for a transfer at once; the others are found by their name. */
  transferAgentsMax: 200,
  /** A seeded year: beyond it the bench's own maker is quicker. */
  seedInteractionsMax: 200_000,
  seedIndexRows: 5_000,
  followsMax: 500,
  contactSuggestionsMax: 20,
  /** Newest messages of a thread among which shared contact cards are looked for. */
  sharedCardMessages: 500,
  /** A thread made while its contact was being merged follows within this time. */
  mergeSettleMinutes: 10,
  pageItemsDefault: 50,
  /** What one search looks for; longer sentences are found by their first words. */
  searchWordsMax: 8,
  searchCharsMax: 100,
  searchItemsMax: 50,
  /** Newest hits in texts of which the user's rights are asked; for names fewer do, they are looked up while typing. */
  searchHitsMax: 1_000,
  searchNamesMax: 300,
  /** Of names, for who sees little of the floor: the rights of so many are asked. */
  searchNarrowNamesMax: 150,
  /** So many are tried first: mostly they show enough that one may see. */
  searchFewHits: 40,
  /** Pieces of own work behind the newest hits that are looked through for who sees little else. */
  searchOwnWorkMax: 500,
  searchOwnHitsMax: 200,
  /** Newest rows that tell how common words are; with fewer hits among them the whole index is asked at once. */
  searchSampleRows: 3_000,
  searchCommonHits: 6,
  /** Walking back costs less than the index as long as every hit takes no more rows. */
  searchWalkRowsPerHit: 40,
  /** Stretches of four days that are asked one by one before all that is older. */
  searchStretchesMax: 16,
  /** From here on a number names one person: nobody guesses it digit by digit (RA09). */
  searchWholeNumberDigits: 9,
  searchNearWordsMax: 8,
  searchExcerptChars: 160,
  /** Searches a minute and session: results come while typing. */
  searchesPerMinute: 240,
  /** Typing on within this time is one entry of the journal. */
  searchJournalMs: 60_000,
  searchIndexRowsMax: 500,
  /** In a burst of messages the index may fall behind by this much before it takes its share again. */
  searchRestMs: 60_000,
  searchIndexEveryMs: 300,
  /** Rows one read of the journal's tail takes. */
  tailBatchMax: 500,
  /** The tail reads at least this often, wake-up or not. */
  tailPollMs: 250,
  /** A desk that is further behind than this gets a new snapshot instead of events. */
  resumeEventsMax: 2_000,
  resumeAgeHours: 12,
  /** What may wait unsent for one socket before it is cut and told to resync (RF18). */
  socketBufferBytes: 1_048_576,
  socketMessageBytes: 262_144,
  socketEventsPerSecondMax: 50,
  socketAuthMs: 5_000,
  /** An agent whose last socket went away keeps the work for this long (setting). */
  socketGraceSeconds: 60,
  wrapUpSeconds: 120,
  offerTextSeconds: 30,
  offerVoiceSeconds: 20,
  /** Silence of the customer before any answer that makes an interaction abandoned (setting). */
  abandonedAfterMinutes: 30,
  assignmentSweepMs: 1_000,
  /** Waiting interactions one read of assignment takes: four per free agent, page after page while agents are free. */
  assignmentPageMin: 20,
  assignmentPageMax: 200,
  /** Offers one transaction claims: short enough to keep the tail's delay small. */
  assignmentClaimMax: 50,
  /** Tries of one pass where other nodes took some of its pairs; the sweep goes on from there. */
  assignmentPassesMax: 5,
  /** An agent who declined, missed or gave back a piece of work gets it again in this time only if nobody else can. */
  refusalRememberedSeconds: 300,
  /** And not at all in this time, so that a single agent is not asked in a circle. */
  refusalRestSeconds: 10,
  /** A node that was not seen for this long is dead: its desks' connections are dropped (RF02, RF15). */
  nodeDeadMs: 20_000,
  outboundSweepMs: 1_000,
  slowSweepMs: 15_000,
  /** A send may hold its lease this long; the state is `unknown` within twice this time (RF03). */
  sendLeaseMs: 20_000,
  /** A retrying message holds its conversation for at most this long, then fails. */
  sendRetryWindowMs: 60_000,
  sendAttemptsMax: 8,
  sendConcurrencyPerAccount: 8,
  /** Outcomes, claims and receipts that one statement takes. */
  sendBatchMax: 256,
  /** The longest a provider's Retry-After is believed; one that says a day would stop an account unseen. */
  sendPauseMsMax: 900_000,
  /** Receipts that came before their message was known are looked at again for this long. */
  receiptKeptHours: 24,
  /** Files that one node fetches from providers at once: each is a connection and up to 20 MB of disk to write. */
  remoteFilesAtOnce: 4,
  remoteFileDeadlineMs: 60_000,
  /** A fetch that its node keeps up every second; after a kill the file waits no longer than this (RF02). */
  remoteFileLeaseMs: 6_000,
  /** A provider that is away may be away for hours; after this its file counts as lost and the desk says so. */
  remoteFileTriesHours: 24,
  remoteFileRetryMsMax: 300_000,
  /** What was fetched is remembered for this long, so that a late redelivery fetches nothing again. */
  remoteFileKeptHours: 72,
  jobAddTimeoutMs: 500,
  /** A lease on a channel account; the holder renews at a third of it. */
  leaseMs: 15_000,
  nodeSeenMs: 10_000,
  /** A provider's time further away than this from ours is not believed (J50 of the architecture: times). */
  providerTimeSkewMs: 300_000,
  sessionIdleMinutes: 30,
  sessionAbsoluteHours: 12,
  /** How long a node may trust what it knows of a session or of a user's rights (RA03: <= 5 s). */
  sessionCheckMs: 2_000,
  passwordCharsMin: 12,
  passwordCharsMax: 128,
  passwordHashesAtOnce: 2,
  loginFailuresMax: 5,
  loginFailureWindowMinutes: 15,
  loginFailuresPerIpHourMax: 50,
  /** From all addresses: who guesses from a thousand of them gains nothing; known devices still get in. */
  loginFailuresPerAccountHourMax: 100,
  /** Tries of one second step; then the password is asked again. */
  secondStepAttemptsMax: 5,
  secondStepMinutes: 10,
  recoveryCodes: 10,
  /** An invitation may wait over a weekend; a reset is handed over while both talk (RS05). */
  inviteLinkHours: 72,
  resetLinkMinutes: 30,
  /** How long a proof of identity opens what asks for one (RA05). */
  stepUpMinutes: 5,
  /** A file of an export: what a spreadsheet still opens at once; more goes in several periods (RS22). */
  exportRowsMax: 50_000,
  exportDaysMax: 366,
  exportPageRows: 1_000,
  /** Exports one node writes at once: each reads all the time. */
  exportsAtOnce: 3,
  apiKeysPerUserMax: 20,
  apiKeyDaysMax: 365,
  webhooksMax: 20,
  /** Journal rows one look of the webhooks' feeder takes, and deliveries of one webhook sent at once. */
  webhookFeedRows: 500,
  webhookSendsAtOnce: 8,
  webhookTimeoutMs: 10_000,
  /** Tries of a delivery: after 10 s, then doubling up to an hour; some 11 hours in all. */
  webhookAttemptsMax: 20,
  webhookFirstDelaySeconds: 10,
  webhookDelaySecondsMax: 3_600,
  webhookSweepMs: 1_000,
  /** Rows one transaction of a retention run or an erasure takes. */
  removalRowsMax: 500,
  /** A request of a data subject is answered within this time; late from the second figure on (RL06). */
  subjectRequestHours: 72,
  subjectRequestAlarmHours: 48,
  /** How often the schedule of retention and the daily head of the seals are looked at. */
  dailySweepMs: 5_000,
  /** Signed hooks older or newer than this are refused as replays (RS12). */
  hookToleranceSeconds: 300,
  visitorTokenDays: 180,
  /** Browsers of customers that one node serves at once. */
  chatSocketsMax: 5_000,
  /** From one address other than this machine: an office behind one router stays below, a flood does not. */
  chatSocketsPerAddressMax: 200,
  chatConnectsPerAddressMinute: 300,
  chatUploadsPerAddressMinute: 60,
  /** A visitor's files lie on our disk: one address may bring this much in an hour, and no more. */
  chatUploadBytesPerAddressHour: 200 * 1_048_576,
  /** Requests of one browser: a burst, then this many a second. */
  chatRequestsBurst: 40,
  chatRequestsPerSecond: 10,
  shutdownGraceMs: 20_000,
  /** How often the keeper of an embedded server looks whether it lives. */
  embeddedWatchMs: 250,
  /** An embedded server may replay its log for this long before it counts as broken. */
  embeddedReadyMs: 60_000,
  /** An embedded server gets this long to end in order, then it is ended by force. */
  embeddedEndMs: 10_000,
  /** Journal rows one seal block covers; the unsealed age stays <= 5 s (RA08). */
  sealRowsMax: 5_000,
  sealEveryMs: 1_000,
  /** A transaction's journal rows may stand among rows that are older or newer by so much; none runs nearly as long. */
  journalDisorderMinutes: 60,
  /** Blocks and rows that a check of the seals reads at once, some tenths of a second. */
  sealCheckBlocks: 500,
  sealCheckRows: 10_000,
  /** One request checks for so long; the page asks again until the chain ends. */
  sealCheckMs: 3_000,
  quarantineDetailChars: 500,
  /** How far ahead the next opening of a place is looked for: longer than any row of holidays. */
  calendarLookAheadDays: 31,
  /** Spans of opening hours in one day: morning, midday, afternoon, evening. */
  calendarSpansPerDayMax: 4,
  /** A file of new users; more come in a second file. */
  importRowsMax: 1_000,
  importChars: 200_000,
  /** Users one request makes: each password costs some 40 ms of two hashing threads. */
  importRowsPerRequestMax: 25,
  /** A test of a channel account waits this long for the tester's message. */
  accountTestMinutes: 15,
  /** Newest messages that are looked through for what an account did lately: some 10 ms. */
  accountRecentMessagesMax: 20_000,
  /** Who has not written for so long is written to first: the number's health decides whether (WhatsApp policy). */
  coldAfterDays: 30,
  /** What a session keeps for a while: sent messages for a second request, keys of files that are not fetched yet. */
  fleetingKeyDays: 7,
  keyArchiveDays: 30,
  /** A node that holds a session looks so often for an operator's wish, besides the hints. */
  sessionWishMs: 3_000,
  /** The day's counts of a number are written so often; the cap of first messages is counted at once. */
  sessionCountMs: 1_000,
  /** Pairs of handles that a node remembers having told; one that is forgotten is told again. */
  knownPairsMax: 20_000,
  knownPairsMs: 3_600_000,
  /** What desks that come back missed is read once for those who missed the same and come within this time. */
  missedKeptMs: 2_000,
  missedKeptMax: 8,
  /** A greeting that no hint brought is sent by the sweep. */
  greetingSweepMs: 5_000,
  /** Keys read or written at once by a session; a first pairing writes 812. */
  sessionKeysMax: 2_000,
} as const;
