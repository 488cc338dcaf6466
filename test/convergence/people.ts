/** Who is there, what they may ask for, and how the policy is edited while they do. */
import type { JumpClock } from "../../sandbox/clock.ts";
import { MINUTE } from "../../src/domain/duration.ts";

export const ALICE = "U0ALICE";
export const BOB = "U0BOB";
export const CAROL = "U0CAROL";
export const MEI = "U0MEI";
export const EVERYONE = [ALICE, BOB, CAROL, MEI];
export const APPROVALS = "C0APPROVALS";
export const GENERAL = "C0GENERAL";
export const COMMAND = "/karpor-access";

export const NAMES: Record<string, string> = {
  [ALICE]: "Alice",
  [BOB]: "Bob",
  [CAROL]: "Carol",
  [MEI]: "Mei",
};

/** Who may leave the company, and be back. */
export const MOBILE = [BOB, MEI];

/** Alice and Carol approve, and review emergencies; Alice is an administrator; Bob approves `admin`, and `both` where nobody did. */
export const workspace = (clock: JumpClock) => ({
  clock,
  command: COMMAND,
  ackTimeoutMs: 3_000,
  people: [
    { id: ALICE, name: "alice", realName: "Alice" },
    { id: BOB, name: "bob", realName: "Bob" },
    { id: CAROL, name: "carol", realName: "Carol" },
    { id: MEI, name: "mei", realName: "Mei", locale: "zh-CN" },
  ],
  groups: [
    { id: "S0SRE", handle: "sre", members: [ALICE, CAROL] },
    { id: "S0DEV", handle: "dev", members: [BOB, MEI] },
  ],
  channels: [
    { id: APPROVALS, name: "approvals", members: [ALICE, BOB, CAROL] },
    { id: GENERAL, name: "general", members: EVERYONE },
  ],
});

const description = { en: "View every page", zh: "查看所有页面" };

const ROLES = {
  guest: {
    clusterRole: "karpor-guest",
    description,
    duration: { default: "2h", max: "2d" },
    approval: { by: ["S0SRE"], within: "4h" },
  },
  peek: {
    clusterRole: "karpor-guest",
    description,
    duration: { default: "1h", max: "4h" },
    approval: "none",
    idle: { after: "5m", release: true },
  },
  vault: {
    clusterRole: "karpor-guest",
    description,
    duration: { default: "30m", max: "4h", total: "8h" },
    approval: "none",
    delivery: "reveal",
  },
  both: {
    clusterRole: "karpor-admin",
    description,
    duration: { default: "1h", max: "8h" },
    approval: { by: ["S0SRE"], count: 2, within: "4h", fallback: { by: [BOB], after: "1h" } },
  },
  admin: {
    clusterRole: "karpor-admin",
    description,
    duration: { default: "1h", max: "8h" },
    reason: "required",
    requester: { in: ["S0DEV"] },
    approval: { by: [BOB, "S0SRE"], within: "4h" },
    breakGlass: { by: ["S0DEV"], max: "30m", review: ["S0SRE"] },
  },
};
/** Of peek. */
export const IDLE_AFTER_MS = 5 * MINUTE;
type Roles = Record<string, Record<string, unknown>>;

/** In words, and what it does to the roles; the first is the policy as it was. */
export const EDITS: readonly (readonly [words: string, edit: (roles: Roles) => Roles])[] = [
  ["the policy as it was", (roles) => roles],
  ["guest is removed", ({ guest: _, ...roles }) => roles],
  [
    "guest gives karpor-admin",
    ({ guest, ...roles }) => ({ ...roles, guest: { ...guest, clusterRole: "karpor-admin" } }),
  ],
  [
    "guest is at most 30 min",
    ({ guest, ...roles }) => ({ ...roles, guest: { ...guest, duration: { default: "10m", max: "30m" } } }),
  ],
  [
    "guest is approved by Bob alone",
    ({ guest, ...roles }) => ({ ...roles, guest: { ...guest, approval: { by: [BOB], within: "4h" } } }),
  ],
  ["guest needs no approval", ({ guest, ...roles }) => ({ ...roles, guest: { ...guest, approval: "none" } })],
  [
    "both needs three people",
    ({ both, ...roles }) => ({
      ...roles,
      both: { ...both, approval: { ...(both?.approval as object), count: 3 } },
    }),
  ],
  [
    "peek needs an approval",
    ({ peek, ...roles }) => ({ ...roles, peek: { ...peek, approval: { by: ["S0SRE"], within: "1h" } } }),
  ],
  [
    "guest is shown at a click",
    ({ guest, ...roles }) => ({ ...roles, guest: { ...guest, delivery: "reveal" } }),
  ],
  [
    "admin is taken by nobody in an emergency",
    ({ admin: { breakGlass: _, ...admin } = {}, ...roles }) => ({ ...roles, admin }),
  ],
  [
    "admin is for SREs alone",
    ({ admin, ...roles }) => ({ ...roles, admin: { ...admin, requester: { in: ["S0SRE"] } } }),
  ],
];

/** The YAML file after an edit. */
export const catalogOf = (edit: number, namespace: string) => ({
  instance: "replaced",
  hub: {
    name: "production",
    kubeconfig: "hub.kubeconfig",
    namespace,
    dashboard: "https://karpor.example.com",
  },
  slack: { channel: APPROVALS, language: "en" },
  admins: [ALICE],
  roles: EDITS[edit]?.[1](ROLES),
  audit: { hub: { tokenEnv: "HUB_AUDIT_TOKEN" } },
  reminders: ["1h", "10m"],
});
