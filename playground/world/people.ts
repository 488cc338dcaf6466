/** The local workspace: the people, groups and channels that karpor-access.example.yml names, and a few more. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Channel, Group, Person } from "../../local/slack/index.ts";

export const DANA = "U0DANA";
export const ALICE = "U0ALICE";
export const BOB = "U0BOB";
export const LIN = "U0LIN";
export const NOA = "U0NOA";
export const APPROVALS = "C0APPROVALS";
export const PLATFORM = "C0PLATFORM";

/** Everybody's clock is this machine's but for whoever is said to be elsewhere, so that times can be compared. */
export const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

export const people: (Person & { about: string })[] = [
  { id: DANA, name: "dana", realName: "Dana Reyes", displayName: "Dana", tz: here, about: "developer" },
  {
    id: ALICE,
    name: "alice",
    realName: "Alice Novak",
    displayName: "Alice",
    tz: here,
    about: "approver, admin",
  },
  { id: BOB, name: "bob", realName: "Bob Okafor", displayName: "Bob", tz: here, about: "second approver" },
  {
    ...{
      id: LIN,
      name: "lin",
      realName: "林晓雨",
      displayName: "林晓雨",
      locale: "zh-CN",
      tz: "Asia/Shanghai",
    },
    about: "developer, reads Chinese",
  },
  {
    ...{ id: NOA, name: "noa", realName: "Noa Lindqvist", displayName: "Noa", tz: here, isRestricted: true },
    about: "new, still a guest: may not ask",
  },
];

export const groups: Group[] = [
  { id: "S0SRE", handle: "sre", members: [ALICE, BOB] },
  { id: "S0DEV", handle: "dev", members: [DANA, BOB, LIN] },
];

export const channels: Channel[] = [
  { id: PLATFORM, name: "platform", members: people.map(({ id }) => id) },
  { id: APPROVALS, name: "karpor-approvals", members: [ALICE, BOB] },
];

interface Manifest {
  features: {
    app_home: { home_tab_enabled: boolean };
    slash_commands: { command: string; description: string; usage_hint: string }[];
  };
  oauth_config: { scopes: { bot: string[] } };
}

/** The app is installed as manifest.yml says: no scope more, no tab more. */
export function readManifest() {
  const path = new URL("../../manifest.yml", import.meta.url);
  const { features, oauth_config } = parse(readFileSync(path, "utf8")) as Manifest;
  return {
    scopes: oauth_config.scopes.bot,
    homeTab: features.app_home.home_tab_enabled,
    commands: features.slash_commands,
  };
}
