/** Parses and checks the configuration's `roles`: what each gives, for how long, and who approves it. */
import { z } from "zod";
import { Duration, SECOND } from "../request/durations.ts";
import { ChannelId, isGroup, type Principal } from "../request/ids.ts";
import { Refused } from "../request/refused.ts";
import { allowsMoreThanGet, isBuiltIn, PathRule } from "./path-rules.ts";
import { Bilingual, EnvName, Pattern, Principals, whenValid } from "./shapes.ts";
import { COMMAND_WORDS } from "./words.ts";

/** People type the name in the command, so it can't be one of the command's words. */
const RoleName = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/, "must be lower-case letters, digits and dashes, at most 30")
  .refine((name) => !COMMAND_WORDS.has(name), "is a word of the command; choose another name");

const Reason = z.union(
  [
    z
      .enum(["required", "optional"])
      .transform((word) => ({ required: word === "required", pattern: null, hint: null })),
    z.strictObject({
      required: z.boolean().describe("Whether one is needed."),
      pattern: Pattern.describe("A regular expression (RE2) that a reason must match somewhere."),
      hint: Bilingual.describe("What the pattern asks for, in words."),
    }),
  ],
  { error: 'must be "required", "optional" or {required: true, pattern: "[A-Z]+-\\\\d+", hint: {en, zh}}' },
);

const ApprovalRule = z
  .strictObject({
    by: Principals.describe("Who may approve: user groups (S…) and people (U…)."),
    channel: ChannelId.optional().describe("Where they are asked; slack.channel when left out."),
    count: z.int().min(1).max(10).default(1).describe("So many different people."),
    within: Duration.prefault("4h").describe("A request that nobody decides closes then."),
    remind: Duration.optional().describe("When approvers are reminded; halfway when left out."),
    fallback: z
      .strictObject({
        by: Principals.describe("User groups and people."),
        after: Duration.describe("Since the request was made."),
      })
      .optional()
      .describe("Who is asked too, and may approve, where nobody decided."),
    passkey: z
      .literal(true)
      .optional()
      .describe("Each approval is signed by its approver's passkey, on the page at `web`."),
  })
  .refine(({ remind, within }) => remind === undefined || remind < within, {
    path: ["remind"],
    message: "must be shorter than within",
    ...whenValid("remind", "within"),
  })
  .refine(({ fallback, within }) => !fallback || fallback.after < within, {
    path: ["fallback", "after"],
    message: "must be shorter than within: the request is closed by then",
    ...whenValid("fallback", "within"),
  })
  .refine(({ by, fallback, count }) => canBe(count, [...by, ...(fallback?.by ?? [])]), {
    path: ["count"],
    message: "is more than the people who are named; name more, or a user group",
    ...whenValid("by", "fallback", "count"),
  });
export type ApprovalTerms = z.infer<typeof ApprovalRule>;

const BreakGlass = z
  .strictObject({
    by: Principals.describe("Who may."),
    max: Duration.describe("For how long at most."),
    perDay: z.int().min(1).max(100).default(2).describe("How often one person may take it in 24 hours."),
    review: Principals.describe("Who is told, and reviews it afterwards."),
  })
  .refine(({ review }) => canBe(2, review), {
    path: ["review"],
    message: "name a user group, or two people at least: nobody reviews their own emergency",
  });

/** A user group can be any number of people. */
const canBe = (count: number, named: Principal[]): boolean =>
  named.some(isGroup) || new Set(named).size >= count;

const LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

/** Plain HTTP is for this machine only. */
function isSafeUrl(text: string): boolean {
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && LOCAL_HOSTS.includes(hostname));
}

const CompanyCheck = z.strictObject({
  url: z
    .url()
    .refine((text) => !URL.canParse(text) || isSafeUrl(text), "must begin with https: and hold no password")
    .describe("Where it is asked."),
  secretEnv: EnvName.describe("The variable with the secret that both sides sign with, in base64."),
  within: z
    .string()
    .regex(/^([1-9]|10)s$/, "write seconds, from 1s to 10s")
    .transform((text) => Number.parseInt(text, 10) * SECOND)
    .prefault("3s")
    .describe("For the whole answer: 1s to 10s."),
});
export type CompanyCheck = z.infer<typeof CompanyCheck>;

const Idle = z.union(
  [
    Duration.transform((after) => ({ after, release: false })),
    z.strictObject({
      after: Duration.describe("After so long without use."),
      release: z.boolean().default(false).describe("It ends where nobody answers or uses it."),
    }),
  ],
  { error: "must be a duration such as 2h, or {after: 2h, release: true}" },
);

const RoleFields = z.strictObject({
  clusterRole: z
    .string()
    .regex(/^[^\s/%]+$/, "must be the name of a ClusterRole")
    .describe("What it gives on the hub."),
  rules: z
    .array(PathRule)
    .min(1)
    .optional()
    .describe("Setup makes the ClusterRole of these; when left out, it exists already."),
  description: Bilingual.describe("What it is for, as people read it before they ask."),
  confirm: Bilingual.optional().describe(
    "A warning: who asks must tick it in the form, and approvers read it.",
  ),
  duration: z
    .strictObject({
      default: Duration.describe("When nobody says how long."),
      max: Duration.describe("The longest that one may ask for."),
      total: Duration.optional().describe("With all time added later; max when left out."),
    })
    .describe("For how long: 90m, 8h, 2d, 1w or 1h30m."),
  reason: Reason.prefault("optional").describe("`optional`, `required` or {required, pattern, hint}."),
  delivery: z
    .enum(["dm", "reveal"])
    .default("dm")
    .describe("Its token is in a message of the holder's DM, or shown at a click and in no message."),
  idle: Idle.optional().describe(
    "The holder of unused access is asked whether they need it: 2h, or {after: 2h, release: true}. Needs audit.hub.",
  ),
  requester: z
    .strictObject({ in: Principals.describe("User groups (S…) and people (U…).") })
    .optional()
    .describe("Who may ask; every member of the workspace when left out."),
  approval: z
    .union([z.literal("none"), ApprovalRule], { error: 'must be "none" or {by: […], within: 4h}' })
    .describe("How it is approved; `none`: who may ask has it at once."),
  check: CompanyCheck.optional().describe("The company's own service, which must say yes as well."),
  autoApproveWrites: z
    .literal(true)
    .optional()
    .describe("Needed where nobody, or a rule, approves more than get on named paths."),
  breakGlass: BreakGlass.optional().describe(
    "Who may take it in an emergency, without approval; nobody when left out.",
  ),
});

export const Role = RoleFields.superRefine(
  checkTimes,
  whenValid("duration", "idle", "breakGlass"),
).superRefine(
  checkFileRights,
  whenValid("clusterRole", "rules", "approval", "autoApproveWrites", "breakGlass"),
);
export type Role = z.infer<typeof Role>;

function checkTimes({ duration, idle, breakGlass }: z.infer<typeof RoleFields>, ctx: z.RefinementCtx): void {
  const complain = (path: string[], message: string) => ctx.addIssue({ code: "custom", path, message });
  const total = duration.total ?? duration.max;
  if (duration.default > duration.max)
    complain(["duration", "default"], "is longer than duration.max; shorten it");
  if (total < duration.max) complain(["duration", "total"], "is shorter than duration.max; lengthen it");
  if (idle && idle.after >= total)
    complain(["idle"], "is no shorter than the longest grant, so nobody would be asked; shorten it");
  if (breakGlass && breakGlass.max > duration.max)
    complain(["breakGlass", "max"], "is longer than duration.max; shorten it");
}

function checkFileRights(role: z.infer<typeof RoleFields>, ctx: z.RefinementCtx): void {
  const complain = (field: string, message: string) =>
    ctx.addIssue({ code: "custom", path: [field], message });
  if (role.breakGlass && role.approval === "none")
    complain("breakGlass", "is for a role that somebody must approve; remove it");
  if (role.approval === "none" && needsApprover(role))
    complain(
      "approval",
      "gives more than to get named paths to everybody who asks; say autoApproveWrites: true, or who approves it",
    );
  if (role.rules && isBuiltIn(role.clusterRole))
    complain("clusterRole", "is made by Karpor or Kubernetes; choose another name for a role with rules");
}

export const needsApprover = ({ rules, autoApproveWrites }: z.infer<typeof RoleFields>): boolean =>
  rules !== undefined && !autoApproveWrites && allowsMoreThanGet(rules);

export const Roles = z
  .record(RoleName, Role)
  .refine((roles) => Object.keys(roles).length > 0, "name at least one role")
  .superRefine(checkClusterRoles);

/** Setup creates one ClusterRole per name. */
function checkClusterRoles(roles: Record<string, Role>, ctx: z.RefinementCtx): void {
  const made = new Map<string, string>();
  for (const [name, { clusterRole, rules }] of Object.entries(roles)) {
    if (!rules) continue;
    const text = JSON.stringify(rules);
    const message = `differs from what another role gives to ${clusterRole}; choose another clusterRole`;
    if ((made.get(clusterRole) ?? text) !== text)
      ctx.addIssue({ code: "custom", path: [name, "rules"], message });
    made.set(clusterRole, text);
  }
}

export type RoleTable = { roles: Record<string, Role> };

export const roleNamed = ({ roles }: RoleTable, name: string): Role | null =>
  (Object.hasOwn(roles, name) && roles[name]) || null;

export function findRole(policy: RoleTable, name: string): Role {
  const role = roleNamed(policy, name);
  if (!role) throw new Refused("unknown-role", { role: name });
  return role;
}

export function approvalRule(policy: RoleTable, name: string): ApprovalTerms | null {
  const approval = roleNamed(policy, name)?.approval;
  return approval === undefined || approval === "none" ? null : approval;
}

export const channelFor = (config: RoleTable & { slack: { channel: string } }, name: string): string =>
  approvalRule(config, name)?.channel ?? config.slack.channel;

export function approversFor({ approval }: Role, fallback: boolean): Principal[] {
  if (approval === "none") return [];
  return [...new Set([...approval.by, ...(fallback ? (approval.fallback?.by ?? []) : [])])];
}

export const neededApprovals = ({ approval }: Role): number => (approval === "none" ? 0 : approval.count);
