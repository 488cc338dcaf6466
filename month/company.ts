/** The company: 40 people in three offices, its user groups and channels, and the bot as karpor-access.example.yml sets it up. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Channel, Group, SlackPerson } from "../sandbox/slack/index.ts";
import { HOUR } from "../src/domain/duration.ts";

/** Working hours are UTC's. */
const OFFICES = {
  berlin: { tz: "Europe/Berlin", locale: "en-GB", from: 8, to: 17 },
  shanghai: { tz: "Asia/Shanghai", locale: "zh-CN", from: 1, to: 10 },
  newYork: { tz: "America/New_York", locale: "en-US", from: 14, to: 23 },
};
type Office = keyof typeof OFFICES;

const NAMES: Record<Office, string[]> = {
  berlin: [
    ...["Alice Novak", "Bob Okafor", "Mara Lind", "Dana Reyes", "Otto Brandt", "Ines Krüger", "Tomas Varga"],
    ...["Lea Simon", "Jonas Weber", "Nadia Haddad", "Piotr Zielinski", "Eva Horvat", "Mads Holm"],
    ...["Sofia Rossi", "Karl Engel", "Amira Said", "Felix Baum", "Olga Petrova", "Hugo Martin", "Elif Demir"],
  ],
  shanghai: [...["林晓雨", "王磊", "陈静", "刘洋", "赵敏", "孙浩", "周婷", "吴强", "郑丽", "黄伟"]],
  newYork: [
    ...["Grace Miller", "Sam Ortiz", "Noah Carter", "Zoe Bennett", "Liam Ward", "Maya Singh"],
    ...["Ethan Cole", "Ruth Adams", "Ivan Torres", "Chloe Price"],
  ],
};

/** Whom the example's configuration names by id. */
const IDS: Record<string, string> = { "Alice Novak": "U0ALICE", "Bob Okafor": "U0BOB" };

export interface Person extends SlackPerson {
  office: Office;
}

export const people: Person[] = (Object.keys(NAMES) as Office[]).flatMap((office) =>
  NAMES[office].map((realName, i) => {
    const id = IDS[realName] ?? `U0${office.slice(0, 2).toUpperCase()}${String(i).padStart(2, "0")}`;
    const { tz, locale } = OFFICES[office];
    return { id, name: id.toLowerCase(), realName, displayName: realName, tz, locale, office };
  }),
);

/** By name, so that a slip is found at the start. */
const idsOf = (...names: string[]): string[] =>
  names.map((name) => {
    const found = people.find(({ realName }) => realName === name);
    if (!found) throw new Error(`Nobody here is called ${name}.`);
    return found.id;
  });

export const ADMIN = "U0ALICE";
export const SRE = idsOf("Alice Novak", "Bob Okafor", "林晓雨", "王磊", "Grace Miller", "Sam Ortiz");
export const LEADS = idsOf("Mara Lind", "陈静", "Noah Carter");
export const CONTRACTORS = idsOf("Otto Brandt", "黄伟", "Chloe Price");
export const ONCALL = idsOf("Dana Reyes", "Jonas Weber", "刘洋", "Zoe Bennett");
export const DEVELOPERS = people
  .map(({ id }) => id)
  .filter((id) => ![...SRE.slice(2), ...LEADS].includes(id));
/** Who is not with the company to the end of the month. */
export const LEAVER = "U0BE07";

export const APPROVALS = "C0APPROVALS";
export const GENERAL = "C0GENERAL";

export const groups: Group[] = [
  { id: "S0SRE", handle: "sre", members: SRE },
  { id: "S0LEADS", handle: "leads", members: LEADS },
  { id: "S0DEV", handle: "dev", members: DEVELOPERS },
  { id: "S0EXT", handle: "contractors", members: CONTRACTORS },
  { id: "S0ONCALL", handle: "oncall", members: ONCALL },
];

export const channels: Channel[] = [
  { id: GENERAL, name: "general", members: people.map(({ id }) => id) },
  { id: APPROVALS, name: "karpor-approvals", members: [...SRE, ...LEADS] },
];

/** Monday to Friday, within the hours of the person's office. */
export function isAtWork(id: string, at: number): boolean {
  const person = people.find((one) => one.id === id);
  const { from, to } = OFFICES[person?.office ?? "berlin"];
  const day = new Date(at).getUTCDay();
  const hour = (at % (24 * HOUR)) / HOUR;
  return day > 0 && day < 6 && hour >= from && hour < to;
}

export const workingHours = (id: string): { from: number; to: number } => {
  const { from, to } = OFFICES[people.find((one) => one.id === id)?.office ?? "berlin"];
  return { from, to };
};

export interface RoleOfExample {
  clusterRole: string;
  rules?: object[];
  duration: { default: string; max: string };
}

export interface Example {
  instance: string;
  hub: Record<string, unknown>;
  roles: Record<string, RoleOfExample>;
  [field: string]: unknown;
}

export const example = (): Example =>
  parse(readFileSync(new URL("../karpor-access.example.yml", import.meta.url), "utf8")) as Example;
