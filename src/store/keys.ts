/** The names of our keys. One hash tag holds them all, so that one Lua call may touch them on a cluster; two bots may share a Redis. */
export interface Keys {
  /** What BullMQ takes as its prefix: the hash tag alone. */
  readonly prefix: string;
  readonly unsettled: string;
  readonly trail: string;
  /** What people typed, under the id of its entry of the trail. */
  readonly texts: string;
  /** The newest seal of the trail. */
  readonly seal: string;
  readonly ping: string;
  /** Which schema the records are of. */
  readonly schema: string;
  /** Which Slack app's bot they belong to. */
  readonly app: string;
  /** By which token Slack knew that bot last, as a mark that gives nothing of it away. */
  readonly appToken: string;
  /** How many sweeps were completed, and what the last one found. */
  readonly sweeps: string;
  /** How the last canary went. */
  readonly canary: string;
  /** Up to when the hub's audit log is heard, and when the last heartbeat was sent. */
  readonly heard: string;
  /** When it was not, by when that ended. */
  readonly gaps: string;
  /** What was done with a grant: counts, and when first and last. */
  use(id: string): string;
  /** The requests that were to change something, by when. */
  changes(id: string): string;
  /** From where, and by which clients. */
  addresses(id: string): string;
  agents(id: string): string;
  /** What its requests took, until it is told whether less would have been enough. */
  rights(id: string): string;
  /** Which events of that minute were counted; part by part, so that each set stays small. */
  counted(minute: number, part: number): string;
  /** When a grant's binding was used, made and deleted last, by generation. */
  signs(id: string): string;
  /** Its last refusals, by when. */
  refusals(id: string): string;
  /** Writes on the hub that nobody judged yet, and how many more came than are kept. */
  readonly hubWrites: string;
  readonly hubWritesMore: string;
  /** How many came of each of those who write. */
  readonly hubWritesBy: string;
  readonly hubAlarmsLater: string;
  /** Which writes of that minute were taken. */
  hubWritesSeen(minute: number): string;
  /** Until when more writes of somebody are gathered. */
  hubQuiet(who: string): string;
  /** The latest write that bears the bot's own name for it, and whose it was. */
  readonly hubOwn: string;
  /** Which role others' bindings give, by their names. */
  readonly hubBindings: string;
  /** What is to be told, until it is. */
  readonly hubAlarms: string;
  /** Whether whoever shows no token reads nothing. */
  readonly anonymous: string;
  readonly epoch: string;
  /** The lockdown that stands, and which was lifted last. */
  readonly lockdown: string;
  /** What is being ended at once. */
  readonly massEnds: string;
  /** What each replica goes by. */
  readonly policies: string;
  /** The policy that the trail told of last. */
  readonly policy: string;
  /** How many Socket Mode connections each replica has. */
  readonly sockets: string;
  /** When Slack last sent what. */
  readonly sent: string;
  /** The last look at the directory, and how many were asked for. */
  readonly looks: string;
  /** Who opened their Home tab, by when. */
  readonly homes: string;
  /** Which homes are to be drawn anew, and which requests changed that homes may show, by when that is due. */
  readonly outdatedHomes: string;
  request(id: string): string;
  allowance(id: string): string;
  /** What others must allow too: the same is not made twice. */
  allowing(user: string, role: string, terms: string): string;
  /** What a person was allowed beforehand, by its end. */
  allowed(user: string): string;
  /** All of it, likewise. */
  readonly allowances: string;
  /** Which request reserves the role for this person. */
  open(user: string, role: string): string;
  /** What each of their requests takes of the role's time. */
  windows(user: string, role: string): string;
  /** Which emergency of this person is not reviewed yet. */
  glass(user: string): string;
  /** Which request a command made, so that its redelivery makes nothing. */
  trigger(triggerId: string): string;
  /** What is open, by when it was asked for. */
  person(user: string): string;
  /** All of the last 30 days, likewise. */
  recent(user: string): string;
  /** What they typed, for whomever. */
  typed(user: string): string;
  /** What the person asked for somebody else, by when it closes or begins. */
  askedFor(user: string): string;
  /** Up to where the lists follow the trail. */
  readonly listed: string;
  /** The requests on a list, all of them or those of a role. */
  list(name: string, role?: string): string;
  /** Where the trail tells of a request. */
  steps(id: string): string;
  /** What a person asked for, or somebody asked for them, by when the trail last told of it. */
  past(user: string): string;
  /** What a person tried lately and may not, by when. */
  attempts(user: string): string;
  lease(name: string): string;
  /** That somebody took it and did not give it back yet, also when it ran out. */
  leased(name: string): string;
  /** That something was told. */
  told(key: string): string;
  /** What a group of these tells of, as long as it stands: the keys of what stood at the last look. */
  standing(group: string): string;
  /** When Slack was called, by room. */
  calls(room: string): string;
  /** When a room is open again. */
  line(room: string): string;
  /** Who waits for it, in the order of their turns. */
  waiting(room: string): string;
  /** Until when each of them was told to wait. */
  due(room: string): string;
  /** Since when those wait who did not come in time. */
  late(room: string): string;
  /** What Slack said. */
  memory(name: string): string;
  /** When that was true no more. */
  dropped(name: string): string;
}

export function keysOf(instance: string): Keys {
  const prefix = `{karpor-access:${instance}}`;
  return {
    prefix,
    unsettled: `${prefix}:unsettled`,
    trail: `${prefix}:trail`,
    texts: `${prefix}:texts`,
    seal: `${prefix}:seal`,
    ping: `${prefix}:ping`,
    schema: `${prefix}:schema`,
    app: `${prefix}:app`,
    appToken: `${prefix}:app-token`,
    sweeps: `${prefix}:sweeps`,
    canary: `${prefix}:canary`,
    heard: `${prefix}:heard`,
    gaps: `${prefix}:gaps`,
    use: (id) => `${prefix}:use:${id}`,
    changes: (id) => `${prefix}:changes:${id}`,
    addresses: (id) => `${prefix}:addresses:${id}`,
    agents: (id) => `${prefix}:agents:${id}`,
    rights: (id) => `${prefix}:rights:${id}`,
    counted: (minute, part) => `${prefix}:counted:${minute}:${part}`,
    signs: (id) => `${prefix}:signs:${id}`,
    refusals: (id) => `${prefix}:refusals:${id}`,
    hubWrites: `${prefix}:hub-writes`,
    hubWritesMore: `${prefix}:hub-writes-more`,
    hubWritesBy: `${prefix}:hub-writes-by`,
    hubAlarmsLater: `${prefix}:hub-alarms-later`,
    hubWritesSeen: (minute) => `${prefix}:hub-writes-seen:${minute}`,
    hubQuiet: (who) => `${prefix}:hub-quiet:${who}`,
    hubOwn: `${prefix}:hub-own`,
    hubBindings: `${prefix}:hub-bindings`,
    hubAlarms: `${prefix}:hub-alarms`,
    anonymous: `${prefix}:anonymous`,
    epoch: `${prefix}:epoch`,
    lockdown: `${prefix}:lockdown`,
    massEnds: `${prefix}:mass-ends`,
    policies: `${prefix}:policies`,
    policy: `${prefix}:policy`,
    sockets: `${prefix}:sockets`,
    sent: `${prefix}:sent`,
    allowances: `${prefix}:allowances`,
    listed: `${prefix}:listed`,
    looks: `${prefix}:looks`,
    homes: `${prefix}:homes`,
    outdatedHomes: `${prefix}:outdated-homes`,
    request: (id) => `${prefix}:request:${id}`,
    allowance: (id) => `${prefix}:allowance:${id}`,
    allowing: (user, role, terms) => `${prefix}:allowing:${user}:${role}:${terms}`,
    allowed: (user) => `${prefix}:allowed:${user}`,
    open: (user, role) => `${prefix}:open:${user}:${role}`,
    windows: (user, role) => `${prefix}:windows:${user}:${role}`,
    glass: (user) => `${prefix}:glass:${user}`,
    trigger: (triggerId) => `${prefix}:trigger:${triggerId}`,
    person: (user) => `${prefix}:person:${user}`,
    recent: (user) => `${prefix}:recent:${user}`,
    typed: (user) => `${prefix}:typed:${user}`,
    askedFor: (user) => `${prefix}:asked-for:${user}`,
    list: (name, role) => `${prefix}:list:${name}${role === undefined ? "" : `:${role}`}`,
    steps: (id) => `${prefix}:steps:${id}`,
    past: (user) => `${prefix}:past:${user}`,
    attempts: (user) => `${prefix}:attempts:${user}`,
    lease: (name) => `${prefix}:lease:${name}`,
    leased: (name) => `${prefix}:leased:${name}`,
    told: (key) => `${prefix}:told:${key}`,
    standing: (group) => `${prefix}:standing:${group}`,
    calls: (room) => `${prefix}:calls:${room}`,
    line: (room) => `${prefix}:line:${room}`,
    waiting: (room) => `${prefix}:waiting:${room}`,
    due: (room) => `${prefix}:due:${room}`,
    late: (room) => `${prefix}:late:${room}`,
    memory: (name) => `${prefix}:memory:${name}`,
    dropped: (name) => `${prefix}:dropped:${name}`,
  };
}
