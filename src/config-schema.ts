/** The zod schema of the YAML file. `npm run schema` and `npm run config-docs` make its JSON schema and the docs' table of it. */
import { z } from "zod";
import { checkHubFields, hubFields } from "./hub/settings.ts";
import { Limits } from "./policy/limits.ts";
import { checkPasskeys, Passkeys, Web } from "./policy/passkeys.ts";
import { Roles } from "./policy/roles.ts";
import { checkRules, Rule } from "./policy/rules.ts";
import { EnvName, whenValid } from "./policy/shapes.ts";
import { DAY, Duration, parseDuration } from "./request/durations.ts";
import { ChannelId, Principal } from "./request/ids.ts";
import { LOCALES } from "./request/people.ts";

const Instance = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, "must be lower-case letters, digits and dashes, at most 40");

const NamespacedName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}\/[a-z0-9][a-z0-9.-]{0,252}$/, "must be namespace/name");

/** True for https:, and for plain HTTP to this machine. */
const isEncrypted = (address: string): boolean =>
  /^(?:https:|http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$))/.test(address);

const HubSection = z
  .strictObject({
    name: z.string().min(1).max(60).describe("What people call this Karpor; shown in messages."),
    dashboard: z.url({ protocol: /^https?$/ }).describe("The dashboard's address, as people open it."),
    gateway: z
      .literal(true)
      .optional()
      .describe(
        "The gateway is before the dashboard: Open Karpor in the DM logs in, by a link with the token.",
      ),
    ...hubFields,
    anonymous: z
      .literal("closed")
      .optional()
      .describe("Nothing can be read without a token; doctor fails while that is not so."),
    known: z
      .array(NamespacedName)
      .default([])
      .describe("Accounts of others, as namespace/name, that may be bound to the roles' ClusterRoles."),
    instances: z
      .array(Instance)
      .default([])
      .describe("Other bots of this hub, by instance: their grants are not reported."),
  })
  .superRefine(checkHubFields, whenValid(...Object.keys(hubFields)))
  .refine(({ gateway, dashboard }) => !gateway || isEncrypted(dashboard), {
    path: ["dashboard"],
    message: "must begin with https: behind a gateway: its link holds the token",
    ...whenValid("gateway", "dashboard"),
  });

const HubAudit = z
  .strictObject({
    tokenEnv: EnvName.describe("The variable with the secret by which the hub is known."),
    port: z.int().min(1).max(65535).optional().describe("A port for the hub alone; PORT when left out."),
    tls: z
      .strictObject({
        cert: z.string().min(1).describe("Path of the certificate, relative to this file."),
        key: z.string().min(1).describe("Path of its key."),
      })
      .optional()
      .describe("Only on a port of its own."),
  })
  .refine(({ port, tls }) => !tls || port !== undefined, {
    path: ["tls"],
    message: "needs a port of its own; give audit.hub.port too",
    ...whenValid("port", "tls"),
  });

/** A day or more, ms: Duration, made for grants, does not go so far. */
const Keep = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) >= DAY, "must be a duration of a day or more, such as 400d")
  .transform((text) => parseDuration(text) ?? DAY);

const Audit = z.strictObject({
  keep: Keep.prefault("400d").describe("How long the trail is kept."),
  webhook: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .describe("Where each entry of the trail is sent, by Standard Webhooks."),
      secretEnv: EnvName.describe("The variable with the secret that signs them, in base64."),
    })
    .refine(({ url }) => isEncrypted(url), {
      path: ["url"],
      message: "must begin with https:",
      ...whenValid("url"),
    })
    .optional()
    .describe("A receiver of the trail, such as a log store."),
  hub: HubAudit.optional().describe("The hub's audit log tells what each access is used for."),
});

/** Each part, and then the checks that compare parts. */
export const ConfigFile = z
  .strictObject({
    instance: Instance.describe(
      "Marks everything that this bot makes, on the hub and in Redis; each bot has its own.",
    ),
    hub: HubSection,
    slack: z.strictObject({
      channel: ChannelId.describe("Where requests are approved, unless a role says another."),
      language: z.enum(LOCALES).default("en").describe("Language of shared cards."),
      command: z
        .string()
        .regex(/^\/[a-z0-9_-]{1,31}$/, "must be a slash command such as /karpor-access")
        .default("/karpor-access")
        .describe("As in the app's manifest."),
    }),
    admins: z
      .array(Principal)
      .min(1, "name at least one: nobody else can lock down and unlock")
      .describe("Who may revoke anything, lock down and unlock."),
    roles: Roles.describe("What people may ask for, by name."),
    rules: z.array(Rule).default([]).describe("The first that matches denies, or approves."),
    limits: Limits.prefault({}).describe("Per person."),
    reminders: z
      .array(Duration)
      .prefault(["1d", "1h", "10m"])
      .describe(
        "How long before the end the holder is reminded; an hour or more only for access of a day or more.",
      ),
    audit: Audit.prefault({}).describe("The trail, and what the hub tells of use."),
    web: Web.optional().describe(
      "The page for passkeys: a host of its own, such as https://access.example.com.",
    ),
    passkeys: Passkeys.default({}).describe(
      "By user id the lines that the page showed after /karpor-access passkey.",
    ),
    retiredPasskeys: Passkeys.default({}).describe(
      "Likewise, lines taken away from passkeys: only `audit verify` still knows them.",
    ),
  })
  .superRefine(checkRules, whenValid("roles", "rules"))
  .superRefine(checkIdle, whenValid("roles", "audit"))
  .superRefine(checkOtherBots, whenValid("instance", "hub"))
  .superRefine(checkPasskeys, whenValid("hub", "web", "passkeys", "roles"))
  .transform((file) => ({ ...file, hub: { ...file.hub, namespace: grantsNamespace(file) } }));
export type ConfigFile = z.infer<typeof ConfigFile>;

/** The parts of the file that name this bot's objects on the hub. */
interface Naming {
  instance: string;
  hub: z.infer<typeof HubSection>;
}

const grantsNamespace = ({ instance, hub }: Naming): string => hub.namespace ?? `karpor-access-${instance}`;

function checkIdle(
  { roles, audit }: { roles: z.infer<typeof Roles>; audit: z.infer<typeof Audit> },
  ctx: z.RefinementCtx,
) {
  if (audit.hub) return;
  const message = "needs audit.hub, which tells of use; give that too, or remove this";
  for (const [name, { idle }] of Object.entries(roles))
    if (idle) ctx.addIssue({ code: "custom", path: ["roles", name, "idle"], message });
}

function checkOtherBots({ instance, hub }: Naming, ctx: z.RefinementCtx): void {
  const complain = (field: string, message: string) =>
    ctx.addIssue({ code: "custom", path: ["hub", field], message });
  const inside = hub.known.filter((account) => account.startsWith(`${grantsNamespace({ instance, hub })}/`));
  if (inside.length > 0)
    complain(
      "known",
      `${inside.join(", ")}: this is the namespace of the bot's own grants; make it in another one`,
    );
  if (hub.instances.includes(instance)) complain("instances", "names this bot itself; name the others");
}
