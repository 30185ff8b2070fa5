/** The words of places and people in English: branches, sites, teams, seats, working hours, import, set-up check. */
export const placesEn = {
  branches: {
    title: 'Organisation units', lead: 'The tree of head office, regions, areas and branches. A right over a unit '
      + 'reaches all units below it.',
    add: 'Create unit', addBelow: 'Add a unit below', edit: 'Unit {{name}}', search: 'Search name or code',
    empty: 'There are no units yet', emptyHint: 'Create the head office, then the units below it.', kind: 'Level',
    anyKind: 'All levels', parent: 'Parent unit', people: 'Users',
    kindHint: 'Cannot be changed later.',
    parentHint: 'Moving a unit takes all units below with it; rights move along.',
    codeHint: 'The branch code, such as 10400.', active: 'Unit active',
    activeHint: 'A unit can be deactivated only once no active user or unit stands in it.',
    kinds: { HEAD_OFFICE: 'Head office', REGION: 'Region', AREA: 'Area', BRANCH: 'Branch' },
  },
  sites: {
    title: 'Sites', lead: 'Places of the contact centre; they decide time zone and working days.', add: 'Create site',
    edit: 'Site {{name}}', search: 'Search sites', empty: 'There are no sites yet',
    emptyHint: 'Create the first site, then its teams and seats.', zone: 'Time zone', people: 'Users', seats: 'Seats',
    active: 'Site active',
    activeHint: 'A site can be deactivated only once it is empty: no active users, teams, seats or queues.',
  },
  teams: {
    title: 'Teams', lead: 'Groups of agents with one team leader.', add: 'Create team', edit: 'Team {{name}}',
    search: 'Search teams', empty: 'There are no teams yet',
    emptyHint: 'Create a team, choose its leader, then put its members in.', leader: 'Team leader',
    noLeader: 'No team leader yet', members: 'Members', active: 'Team active',
    activeHint: 'A team can be deactivated only once it has no active members.',
  },
  seats: {
    title: 'Seats', lead: 'Licences per application. Taken when an agent goes ready, given back when offline.',
    add: 'Create seat', edit: 'Seat {{name}}', search: 'Search label or application', empty: 'There are no seats yet',
    emptyHint: 'Without seats the number of ready agents has no limit.', application: 'Application', label: 'Label',
    labelHint: 'Such as JKT-OMNI-1.', holder: 'Used by', free: 'Free', taken: 'Taken',
    since: '{{name}}, since {{time}}', anyState: 'Free and taken', active: 'Seat active',
    activeHint: 'An inactive seat is not given out again; whoever holds it keeps it until offline.',
    applications: { VOICE: 'Voice', VIDEO: 'Video', OMNI: 'Omni-channel', SAPA: 'SAPA' },
  },
  calendars: {
    title: 'Opening hours', lead: 'Days and hours of opening, used by sites, queues and branches.',
    add: 'Create calendar', edit: 'Calendar {{name}}', search: 'Search calendars', empty: 'There are no calendars yet',
    emptyHint: 'Without a calendar, sites and queues count as always open.', week: 'Hours of the week',
    weekHint: 'For example: 08.00-12.00, 13.00-17.00. Write "closed" or "24 h" where needed. Over midnight: '
      + '22.00-24.00, then 00.00-06.00 on the next day.',
    copy: 'Copy Monday to working days', closed: 'closed', allDay: '24 h', wrong: 'Hours cannot be read, or overlap.',
    tooMany: 'At most {{max}} spans a day.', usedBy: 'Used by', unused: 'Not used yet',
    uses: '{{sites}} sites, {{queues}} queues, {{branches}} branches', active: 'Calendar active',
    activeHint: 'Can be deactivated only once nothing uses it.', now: 'Now', open: 'Open', shut: 'Closed',
    openUntil: 'Open until {{time}}', shutUntil: 'Closed, opens {{time}}', always: 'Always open',
    none: 'No calendar (always open)', follows: 'As its site', calendar: 'Opening hours',
    days: {
      d1: 'Monday', d2: 'Tuesday', d3: 'Wednesday', d4: 'Thursday', d5: 'Friday', d6: 'Saturday', d7: 'Sunday',
    },
    tabs: { week: 'Calendars', holidays: 'Holidays' },
  },
  holidays: {
    add: 'Add holiday', edit: '{{name}}', empty: 'There are no holidays in this year yet',
    emptyHint: 'Add public holidays and joint leave days so that opening hours are right.', day: 'Date',
    dayHint: 'DD/MM/YYYY', name: 'Name of the day', hours: 'Opening hours', hoursHint: 'Empty: closed all day.',
    calendar: 'Applies to', all: 'All calendars', active: 'In force', year: 'Year', year_of: 'Year {{year}}',
    wrongDay: 'Enter the date as DD/MM/YYYY.', closed: 'Closed all day',
  },
  import: {
    open: 'Import CSV', title: 'Import users from CSV', lead: 'The file is checked line by line; nothing is saved '
      + 'before you press import.',
    back: 'Back to users', choose: 'Choose CSV file', drop: 'or drop a file here, or paste its content',
    paste: 'Content of the CSV', template: 'Download an example', check: 'Check',
    columns: 'Columns: npk and nama are required; site, tim (team), cabang (branch), peran (roles), keahlian (skills), '
      + 'antrean (queues, by name or code), kapasitas (capacity), bahasa (language) may be empty. Part several roles, '
      + 'skills or queues by |. Each role gets its default scope.',
    line: 'Line', result: 'Result of the check', fresh: '{{n}} new', exists: '{{n}} known already',
    wrong: '{{n}} to correct', states: { NEW: 'New', EXISTS: 'Known already', WRONG: 'To correct' },
    existsHint: 'The NPK is in use; this line is skipped.', make: 'Import {{n}} users', making: '{{done}} of {{all}}',
    onlyRight: 'Lines to correct are not imported.', none: 'There are no lines in this file.',
    nothingNew: 'There are no new users in this file.', done: '{{n}} users made',
    doneHint: 'The invitations are shown this time only. Download or copy them, then hand each over in person; each is '
      + 'used once, within 72 hours.',
    download: 'Download invitations', noted: 'I have kept them', again: 'Import another file',
    stopped: 'The import stopped: {{done}} of {{all}} are made. What was made stays.',
    lost: 'The invitation was not received because the connection broke; make another at the user.', tooBig: 'The file is too large: '
      + 'at most {{max, number}} characters.', resume: 'Go on', leave: 'Leave the page?',
    leaveHint: 'Invitations that are not kept will be lost.', leaveNo: 'Stay here', leaveYes: 'Leave',
    issues: {
      not_npk: 'must have 4 to 8 digits', required: 'required', not_name: 'cannot be used',
      not_capacity: 'must be 0 to 1000', unknown: 'not known', other_site: 'is at another site',
      no_place: 'this role needs a site, team or branch', not_yours: 'beyond your authority',
      several: 'several queues have this name; write the code', twice: 'stands twice in this file',
    },
    cells: {
      npk: 'NPK', name: 'Name', site: 'Site', team: 'Team', branch: 'Branch', roles: 'Roles', skills: 'Skills',
      queues: 'Queues', capacity: 'Capacity', locale: 'Language',
    },
  },
  health: {
    lastIn: 'Last message in', lastOut: 'Last message out', failed: 'Failed to send', waiting: 'Waiting to be sent',
    quarantined: 'In quarantine', never: 'none yet', recent: 'Among the newest messages.',
    test: 'Test there and back', testHint: 'Send a code from your own phone or browser to this account; the account '
      + 'will answer. The test message enters the queue like any other.',
    begin: 'Begin test', send: 'Send this text to the account',
    waitingFor: 'Waiting for your message until {{time}} ...',
    received: 'Message received {{time}}.', reply: 'Answer: {{status}}', ok: 'The account takes and sends.',
    expired: 'The time is over and the message did not arrive. Check webhook address, secret and number, then repeat.',
    again: 'Test again',
  },
  checks: {
    title: 'Set-up check', lead: 'What keeps work waiting, or hides it from everybody.', empty: 'Nothing is wrong',
    emptyHint: 'Queues, teams, accounts and lists are complete.',
    severities: { STOPS: 'Stops work', HIDES: 'To complete' }, fix: 'Fix', count: '{{n}} found',
    more: 'and {{n}} more',
    codes: {
      QUEUE_WITHOUT_MEMBERS: 'Queues without members: nobody is offered their work.',
      QUEUE_WITHOUT_SKILLED: 'Queues whose skills no member has.',
      ACCOUNT_WITHOUT_QUEUE: 'Channel accounts without a queue: messages come in with nowhere to go.',
      NO_TIER2_QUEUE: 'No tier 2 queue is active: nothing can be escalated.',
      TEAM_WITHOUT_LEADER: 'Teams without an active leader.', USER_WITHOUT_ROLE: 'Active users without a role.',
      USER_WITHOUT_PLACE: 'Users whose team, site or branch is no longer active.',
      USER_WITHOUT_QUEUE: 'Agents who are members of no queue: they get no offers.',
      REASONS_MISSING: 'Kinds of reasons without an active choice: agents cannot give a reason.',
      NO_CATEGORY: 'No category is active: tickets cannot be closed.',
      BRANCH_UNDER_CLOSED: 'Active units below a unit that is no longer active.',
      HOLIDAYS_MISSING: 'This year has no holidays, though there are calendars.',
    },
  },
};
