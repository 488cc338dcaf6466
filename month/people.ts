/** How people live with the bot: they ask, decide, use what they got, and end it, each in their own hours. */
import type { Transition } from "../src/domain/audit.ts";
import { DAY, HOUR, MINUTE } from "../src/domain/duration.ts";
import type { Agenda } from "./agenda.ts";
import type { Chance } from "./chance.ts";
import { CONTRACTORS, DEVELOPERS, isAtWork, LEADS, ONCALL, people, SRE, workingHours } from "./company.ts";
import type { Deeds } from "./deeds.ts";
import type { MonthWorld } from "./world.ts";

export interface Life {
  world: MonthWorld;
  deeds: Deeds;
  agenda: Agenda;
  chance: Chance;
  /** Who left the company asks for nothing any more. */
  gone: Set<string>;
  tokens: TokenChecks;
}

/** Each token that people saw is tried at the hub's login, while it is live and after its end. */
export interface TokenChecks {
  tried: number;
  /** Requests whose token did not work while it should; and those whose token worked after its end. */
  dead: string[];
  alive: string[];
}

const REASONS: Record<string, string[]> = {
  guest: [
    "where did the drift on staging come from",
    "looking for the owner of a namespace",
    "release notes need the cluster list",
    "triage of an alert",
  ],
  peek: ["a quick look", "is the rollout through", "which version runs"],
  admin: [
    "change the search rules of team payments",
    "remove a cluster that is gone",
    "rename resource groups after the move",
    "fix the labels of prod-eu",
  ],
  "search-rules": ["a resource group for team checkout", "the rules for the new region"],
  register: ["register the cluster of team data", "the kubeconfig of staging-2 was renewed"],
};
const NOTS = ["not during the freeze", "guest is enough for that", "ask your lead first", "which cluster?"];
const LENGTHS: Record<string, string[]> = {
  guest: ["30m", "1h", "2h", "4h", "8h", "1d", "2d"],
  peek: ["15m", "30m", "1h"],
  admin: ["30m", "1h", "2h", "4h"],
  "search-rules": ["1h", "2h", "4h"],
  register: ["1h", "2h", "8h"],
};
const ROLES = [
  "guest",
  "guest",
  "guest",
  "guest",
  "peek",
  "peek",
  "admin",
  "admin",
  "search-rules",
  "register",
];

/** When each of so many requests comes: on working days, but for a few. */
export function moments(
  { chance }: Life,
  { from, to }: { from: number; to: number },
  count: number,
): { at: number; who: string }[] {
  const days = Array.from({ length: Math.round((to - from) / DAY) }, (_, n) => from + n * DAY);
  const workdays = days.filter((day) => ![0, 6].includes(new Date(day).getUTCDay()));
  const one = () => {
    const { id } = chance.pick(people);
    const odd = chance.next() < 0.03;
    const hours = odd ? { from: 0, to: 24 } : workingHours(id);
    const day = chance.pick(odd || workdays.length === 0 ? days : workdays);
    return { at: day + (hours.from + chance.next() * (hours.to - hours.from)) * HOUR, who: id };
  };
  return Array.from({ length: count }, one).sort((a, b) => a.at - b.at);
}

/** Shares of what waits for a decision, each with those before it; all else is approved. */
const [WITHDRAWN, DENIED, OVERLOOKED] = [0.04, 0.08, 0.1];
/** A request closes after four hours. */
const LOOKED_AT_MS = 4 * HOUR;

const OPEN = ["requested", "pending", "scheduled", "approved", "delivering", "active", "extending", "ending"];
const LIVE = ["approved", "delivering", "active"];

/** Asks for a role that they do not have. Somebody else does, where they have all, or are gone. */
export async function askSomething(life: Life, who: string): Promise<void> {
  const { world, deeds, chance, gone } = life;
  const open = [...world.log.newest.values()].filter(({ to }) => OPEN.includes(to));
  for (let tries = 0; tries < 200; tries++) {
    const person = tries === 0 ? who : chance.pick(people).id;
    const role = chance.pick(ROLES);
    const mine = open.filter(({ requester }) => requester === person);
    if (gone.has(person) || mine.length >= 4 || mine.some((one) => one.role === role)) continue;
    if (!mayAsk(person, role, chance)) continue;
    const reason = chance.pick(REASONS[role] ?? [""]);
    await deeds.ask(person, `${role} ${chance.pick(LENGTHS[role] ?? [])} ${reason}`);
    return;
  }
}

/** Now and then a contractor tries what a rule denies them. */
function mayAsk(person: string, role: string, chance: Chance): boolean {
  if (CONTRACTORS.includes(person) && ["admin", "register"].includes(role)) return chance.next() < 0.2;
  return role !== "admin" || DEVELOPERS.includes(person);
}

/** What becomes of it, from now on. */
export function react(life: Life, entry: Transition): void {
  if (entry.to === "ended") tryDead(life, entry.id);
  if (entry.from === entry.to) return;
  if (entry.to === "pending") decideSoon(life, entry);
  if (entry.to === "active" && entry.generation === 1 && !entry.extends) live(life, entry);
}

function tryDead({ world, tokens }: Life, id: string): void {
  const token = world.sights.token(id);
  if (token && world.hub.login(token) === 200) tokens.alive.push(id);
}

/** A question in the channel, and who may answer it. */
interface Question {
  id: string;
  requester: string;
  /** After that nobody looks any more, ms since the epoch. */
  until: number;
}

function decideSoon(life: Life, { id, role, requester }: Transition): void {
  const { world, deeds, agenda, chance } = life;
  const now = world.time.now();
  const question = { id, requester, until: now + LOOKED_AT_MS };
  const after = (minutes: number) => now + (1 + chance.around(minutes)) * MINUTE;
  const fate = chance.next();
  if (fate < WITHDRAWN) agenda.put(after(8), async () => void (await deeds.click(requester, "withdraw", id)));
  else if (fate < DENIED) {
    const deny = (who: string) => deeds.explain(who, "deny", id, chance.pick(NOTS));
    ask(life, question, { at: after(15), of: SRE, act: deny });
  } else if (fate > OVERLOOKED) {
    const approved = new Set<string>();
    const approve = (who: string) => {
      approved.add(who);
      return deeds.click(who, "approve", id);
    };
    const times = role === "admin" ? [after(12), after(24)] : [after(12)];
    for (const at of times) ask(life, question, { at, of: SRE, but: approved, act: approve });
    if (role === "admin")
      ask(life, question, { at: now + 90 * MINUTE, of: LEADS, but: approved, act: approve });
  }
}

interface Asked {
  /** When somebody looks, ms since the epoch. */
  at: number;
  of: readonly string[];
  /** Who has answered already. */
  but?: ReadonlySet<string>;
  act(who: string): Promise<unknown>;
}

/** Where nobody is at work, somebody looks again in half an hour. */
function ask(life: Life, question: Question, { at, of, but, act }: Asked): void {
  const { world, agenda, chance, gone } = life;
  agenda.put(at, async () => {
    if (world.log.newest.get(question.id)?.to !== "pending") return;
    const free = of.filter(
      (one) => one !== question.requester && !gone.has(one) && !but?.has(one) && isAtWork(one, at),
    );
    if (free.length > 0) await act(chance.pick(free));
    else if (at < question.until)
      ask(life, question, { at: at + HOUR / 2, of, act, ...(but ? { but } : {}) });
  });
}

function live(life: Life, { id, role, requester, at, expiresAt }: Transition): void {
  const { world, deeds, agenda, chance, gone, tokens } = life;
  const until = expiresAt ?? at;
  const during = (part: number) => at + part * (until - at);
  const isLive = () => LIVE.includes(world.log.newest.get(id)?.to ?? "") && !gone.has(requester);
  const put = (when: number, act: () => Promise<unknown>) =>
    agenda.put(when, async () => void (isLive() && (await act())));
  if (role === "register") put(at + MINUTE, () => deeds.click(requester, "reveal", id));
  put(at + 2 * MINUTE, async () => {
    const token = world.sights.token(id);
    if (!token) return;
    tokens.tried += 1;
    if (world.hub.login(token) !== 200) tokens.dead.push(id);
  });
  const fate = chance.next();
  if (fate < 0.25) put(during(0.2 + 0.7 * chance.next()), () => deeds.confirm(requester, "release", id));
  else if (fate < 0.31) put(until - 8 * MINUTE, () => deeds.askMore(requester, id));
  else if (fate < 0.4) put(at + 3 * MINUTE, () => deeds.hide(requester, id));
  else if (fate < 0.41) put(during(0.4), () => deeds.choose(requester, "leaked", id));
  else if (fate < 0.43)
    put(during(0.5), () => deeds.explain(chance.pick(SRE), "revoke", id, "the work is done"));
}

/** At night the one who is on call takes it at once; two others look at it in the morning. */
export async function emergency(life: Life): Promise<void> {
  const { world, deeds, agenda, chance } = life;
  const who = chance.pick(ONCALL);
  const id = await deeds.ask(who, "emergency admin 45m production does not answer");
  if (!id) return;
  const morning = world.time.now() + 8 * HOUR;
  for (const [n, reviewer] of [LEADS[0], SRE[1]].entries())
    if (reviewer)
      agenda.put(
        morning + n * 20 * MINUTE,
        async () =>
          void (await deeds.explain(
            reviewer,
            "review",
            id,
            n === 0 ? "I was there" : "matches the incident's log",
          )),
      );
}
