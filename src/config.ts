/** Environment and YAML file → Config; the only reader of process.env. Every mistake is listed at once. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { CanaryInterval } from "./domain/canary.ts";
import type { Catalog } from "./domain/catalog.ts";
import { ENV_NAME } from "./domain/env-name.ts";
import { ChannelId } from "./domain/ids.ts";
import { Instance } from "./domain/instance.ts";
import { Locale } from "./domain/person.ts";
import { diffSettings } from "./domain/policy-diff.ts";
import { assertConsistent, type Policy, PolicyFile, policyFrom } from "./domain/policy-file.ts";
import { type Secret, secret } from "./domain/secret.ts";
import { defaultNamespace } from "./hub/bot-account.ts";
import { HubGiven, type HubSettings } from "./hub/settings.ts";
import { SlashCommand } from "./slack/slash-command.ts";
import { RedisUrl } from "./store/address.ts";

/** A page of the dashboard that may not do what it tries asks a few times; who looks around asks for all there is. */
const REFUSED_PER_HOUR = 100;

/** How the hub's audit webhook reaches the bot. */
const HubAudit = z
  .strictObject({
    tokenEnv: z
      .string()
      .regex(ENV_NAME, "must be the name of an environment variable such as HUB_AUDIT_TOKEN")
      .describe(
        "The environment variable with the secret by which the hub is known: 32 characters or more, as from openssl rand -hex 32.",
      ),
    port: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe("A port of its own for the hub; the bot's own (PORT) when left out."),
    tls: z
      .strictObject({
        cert: z
          .string()
          .min(1)
          .describe("Path of the certificate, relative to this file; a renewed one is taken by itself."),
        key: z.string().min(1).describe("Path of its key, likewise."),
      })
      .optional()
      .describe("Only on a port of its own. Without it the secret stands in the path: docs/evidence.md."),
    addresses: z
      .literal(true)
      .optional()
      .describe("The addresses and clients that used a grant are kept as they are, not only how many."),
    refusedPerHour: z
      .int()
      .min(1)
      .max(1000)
      .default(REFUSED_PER_HOUR)
      .describe("So many requests of one grant may be refused within an hour; more raise an alarm."),
  })
  .refine(({ port, tls }) => !tls || port !== undefined, {
    path: ["tls"],
    message: "is for a port of its own: give audit.hub.port too",
  });

const Shape = z
  .strictObject({
    instance: Instance.describe(
      "Marks all that this bot makes, on the hub and in Redis; two bots on one hub or one Redis need different ones.",
    ),
    hub: HubGiven,
    slack: z.strictObject({
      channel: ChannelId.describe("Where requests are approved, save where a role says another."),
      language: Locale.default("en").describe("Language of shared cards."),
      command: SlashCommand.default("/karpor-access").describe("As in the app's manifest."),
    }),
    canary: CanaryInterval.optional().describe(
      "How often one replica makes a token, uses it, ends it and sees it refused; never when left out.",
    ),
    audit: z
      .strictObject({
        checkpoint: z
          .literal("channel")
          .optional()
          .describe("Once a day the newest seal of the trail is posted into slack.channel."),
        hub: HubAudit.optional().describe(
          "The hub's audit log tells the bot what each access is used for: docs/evidence.md.",
        ),
      })
      .refine(({ checkpoint, hub }) => checkpoint !== undefined || hub !== undefined, {
        path: ["checkpoint"],
        message: 'must be "channel", or audit.hub be given',
      })
      .optional(),
    ...PolicyFile.shape,
  })
  .superRefine(assertConsistent)
  .superRefine(({ roles, audit }, ctx) => {
    if (audit?.hub) return;
    for (const [name, { idle }] of Object.entries(roles)) {
      const message = "does nothing without audit.hub, which tells of use; give that too, or take this out";
      if (idle) ctx.addIssue({ code: "custom", path: ["roles", name, "idle"], message });
    }
  });

/** The YAML file. */
export const ConfigFile = Shape.refine(
  ...apart(
    ({ instance, hub: { namespace = defaultNamespace(instance), known } }) =>
      !known.some((account) => account.startsWith(`${namespace}/`)),
    "known",
    "names an account in hub.namespace: whoever has the bot's rights makes tokens for every account there; make it in another",
  ),
)
  .refine(
    ...apart(
      ({ instance, hub }) => !hub.instances.includes(instance),
      "instances",
      "names this bot itself; name the others",
    ),
  )
  .transform(({ hub, ...file }) => ({ ...file, hub: withNamespace(file, hub) }));
export type ConfigFile = z.infer<typeof ConfigFile>;

export type HubAudit = z.infer<typeof HubAudit>;

/** From what others have on the hub; said beside other mistakes, not after them. */
function apart(holds: (file: z.infer<typeof Shape>) => boolean, key: "known" | "instances", message: string) {
  const when = ({ value }: { value: unknown }) => Named.safeParse(value).success;
  return [holds, { path: ["hub", key] as PropertyKey[], message, when }] as const;
}

const Named = z.looseObject({
  instance: z.string(),
  hub: z.looseObject({
    namespace: z.string().optional(),
    known: z.array(z.string()),
    instances: z.array(z.string()),
  }),
});

const withNamespace = ({ instance }: { instance: string }, hub: HubGiven): HubSettings => ({
  ...hub,
  namespace: hub.namespace ?? defaultNamespace(instance),
});

const filled = (name: string) => z.string({ error: `is not set; ${name}` }).min(1, `is empty; ${name}`);

/** Secrets and the machine's own settings. */
const Environment = z
  .object({
    KARPOR_ACCESS_CONFIG: z.string().default("karpor-access.yml"),
    SLACK_BOT_TOKEN: filled(
      "copy the Bot User OAuth Token (xoxb-…) from your app's page OAuth & Permissions",
    ).startsWith("xoxb-", "is no bot token (xoxb-…)"),
    SLACK_APP_TOKEN: z.string().startsWith("xapp-", "is no app-level token (xapp-…)").optional(),
    SLACK_SIGNING_SECRET: z.string().min(1).optional(),
    REDIS_URL: RedisUrl.default("redis://127.0.0.1:6379"),
    PORT: z.coerce.number().int().min(0).max(65535).default(3000),
    METRICS_PORT: z.coerce.number().int().min(0).max(65535).optional(),
    SLACK_API_URL: z.url().optional(),
    HTTPS_PROXY: z
      .url({
        protocol: /^https?$/,
        error: "is no whole URL such as http://proxy.example.com:3128; Slack is reached through it",
      })
      .optional(),
    NO_PROXY: z.string().optional(),
    /** Set by Kubernetes in every pod. */
    KUBERNETES_SERVICE_HOST: z.string().optional(),
    KUBERNETES_SERVICE_PORT: z.coerce.number().int().default(443),
    LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
  })
  .refine((env) => Boolean(env.SLACK_APP_TOKEN || env.SLACK_SIGNING_SECRET), {
    path: ["SLACK_APP_TOKEN"],
    // Said beside other mistakes, not after them.
    when: ({ value }) => typeof value === "object",
    message: "is not set; give an app-level token (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP",
  });

export type Config = ConfigFile &
  Policy & {
    env: z.infer<typeof Environment>;
    /** What a role's check names in `secretEnv`. */
    secretOf: SecretOf;
    /** Where the file is. */
    path: string;
  };

/** What is wrong, one line each. */
export class ConfigError extends Error {
  override name = "ConfigError";
  readonly mistakes: readonly string[];
  constructor(mistakes: readonly string[]) {
    super(mistakes.join("\n"));
    this.mistakes = mistakes;
  }
}

/** Throws ConfigError. */
export function loadConfig(variables: NodeJS.ProcessEnv, { needsSecrets = true } = {}): Config {
  const given = readVariables(variables);
  const env = Environment.safeParse(given, { error: inWords });
  const path = pathOf(given);
  const secretOf = secretsIn(variables);
  const read = readConfig(path, needsSecrets ? secretOf : null);
  const all = [...(env.error?.issues.map(say) ?? []), ...read.mistakes];
  if (!env.success || !read.file || all.length > 0) throw new ConfigError(all);
  return { ...read.file, ...read.policy, env: env.data, secretOf, path };
}

type SecretOf = (name: string) => Secret | null;

/** To the letter, as the service that has the same one reads it. */
const secretsIn =
  (variables: NodeJS.ProcessEnv): SecretOf =>
  (name) => {
    const value = variables[name];
    return value ? secret(value) : null;
  };

const SECRET_MIN = 32;

/** By which the hub is known; null where it tells nothing. */
export const hubAuditSecret = ({ audit, secretOf }: Pick<Config, "audit" | "secretOf">): Secret | null =>
  audit?.hub ? secretOf(audit.hub.tokenEnv) : null;

/** It may stand in a path. */
function hubAuditMistakes(audit: ConfigFile["audit"], secretOf: SecretOf): string[] {
  if (!audit?.hub) return [];
  const { tokenEnv } = audit.hub;
  const token = secretOf(tokenEnv)?.reveal();
  if (token !== undefined && token.length >= SECRET_MIN && /^[\w.~-]+$/.test(token)) return [];
  const what =
    token === undefined
      ? "is not set"
      : token.length < SECRET_MIN
        ? `is shorter than ${SECRET_MIN} characters`
        : "holds other characters than letters, digits and . _ ~ -";
  return [`audit.hub.tokenEnv: ${tokenEnv} ${what}; give it a secret, as from openssl rand -hex 32`];
}

/** A check whose answers could be forged, or that could not be asked. */
const secretMistakes = (roles: Catalog, secretOf: SecretOf): string[] =>
  Object.entries(roles).flatMap(([name, { check }]) => {
    if (!check || (secretOf(check.secretEnv)?.reveal().length ?? 0) >= SECRET_MIN) return [];
    const what = secretOf(check.secretEnv) ? `is shorter than ${SECRET_MIN} characters` : "is not set";
    return [
      `roles.${name}.check.secretEnv: ${check.secretEnv} ${what}; give the bot and the service the same, as from openssl rand -hex 32`,
    ];
  });

/** The file alone, for what needs neither Slack nor Redis. Throws ConfigError. */
export function loadFile(variables: NodeJS.ProcessEnv): ConfigFile & { path: string } {
  const path = pathOf(readVariables(variables));
  const { file, mistakes } = readConfig(path);
  if (!file) throw new ConfigError(mistakes);
  return { ...file, path };
}

/** Empty ones count as unset, as docker-compose leaves them, and space around one, as at the end of a Secret that was made of a file, is no part of it. */
export function readVariables(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given: NodeJS.ProcessEnv = Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])),
  );
  // In small letters they come first, as everywhere.
  return {
    ...given,
    HTTPS_PROXY: given.https_proxy ?? given.HTTPS_PROXY,
    NO_PROXY: given.no_proxy ?? given.NO_PROXY,
  };
}

export const pathOf = ({ KARPOR_ACCESS_CONFIG: path = "karpor-access.yml" }: NodeJS.ProcessEnv): string =>
  resolve(path);

function located(file: ConfigFile, path: string): ConfigFile {
  const { hub, audit } = file;
  const from = (relative: string) => resolve(dirname(path), relative);
  const kubeconfig = hub.kubeconfig && { kubeconfig: from(hub.kubeconfig) };
  const tls = audit?.hub?.tls && { cert: from(audit.hub.tls.cert), key: from(audit.hub.tls.key) };
  return {
    ...file,
    hub: { ...hub, ...kubeconfig },
    ...(audit?.hub && tls ? { audit: { ...audit, hub: { ...audit.hub, tls } } } : {}),
  };
}

/** For what speaks to the hub alone, or to nobody: works before any other secret is there. Throws ConfigError. */
export const loadForHub = (variables: NodeJS.ProcessEnv): Config =>
  loadConfig(
    { ...variables, SLACK_BOT_TOKEN: "xoxb-none", SLACK_SIGNING_SECRET: "none" },
    { needsSecrets: false },
  );

/** What the file says at this moment. */
export type ConfigRead = { text: string; mistakes: string[] } & (
  | { file: ConfigFile; policy: Policy }
  | { file?: never }
);

/** `secretOf`: also whether the secrets are there that it names. */
export function readConfig(path: string, secretOf: SecretOf | null = null): ConfigRead {
  let text = "";
  try {
    text = readFileSync(path, "utf8");
    const read = written(text);
    if (!read.file) return read;
    const { file, policy } = read;
    const mistakes = secretOf
      ? [...secretMistakes(policy.roles, secretOf), ...hubAuditMistakes(file.audit, secretOf)]
      : [];
    if (mistakes.length > 0) return { text, mistakes };
    return { ...read, file: located(file, path) };
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "ENOENT"
        ? "does not exist; copy karpor-access.example.yml"
        : String((error as Error).message);
    return { text, mistakes: [`${path}: ${why}`] };
  }
}

let last: ConfigRead | undefined;

/** What it means, read anew where it is another text than the last: a running bot looks every other second. Throws where it is no YAML. */
function written(text: string): ConfigRead {
  if (last?.text === text) return last;
  const read: unknown = parse(text);
  const file = ConfigFile.safeParse(read, { error: inWords });
  last = file.success
    ? { text, file: file.data, policy: policyOf(read as ConfigFile), mistakes: [] }
    : { text, mistakes: sayAll(file.error.issues) };
  return last;
}

/** The settings that differ and that a start alone takes in. */
export const fixedDiffering = (started: ConfigFile, now: ConfigFile): string[] =>
  diffSettings(fixedOf(started), fixedOf(now)).map(({ field }) => field);

const fixedOf = (file: ConfigFile) =>
  Object.fromEntries(FIXED.map((key) => [key, file[key as keyof ConfigFile]]));
const FIXED = Object.keys(Shape.shape).filter((key) => !Object.hasOwn(PolicyFile.shape, key));

function policyOf(written: ConfigFile): Policy {
  const part = Object.entries(written).filter(([key]) => Object.hasOwn(PolicyFile.shape, key));
  const source = JSON.stringify(Object.fromEntries(part));
  return policyFrom(source, createHash("sha256").update(source).digest("hex"));
}

/** What zod itself would say too tersely, with the mend. */
export const inWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === "invalid_type" && issue.input === undefined) return "is missing";
  if (issue.code === "invalid_type" && issue.input === null)
    return "is empty; a # begins a comment unless the text is quoted";
  if (issue.code === "invalid_type") return `must be ${KINDS[issue.expected] ?? `a ${issue.expected}`}`;
  if (issue.code === "unrecognized_keys")
    return `does not know ${issue.keys.map((key) => `"${key}"`).join(", ")}; remove or correct it`;
  if (issue.code === "too_small" && NUMBERS.includes(issue.origin))
    return `must be at least ${issue.minimum}`;
  if (issue.code === "too_big" && NUMBERS.includes(issue.origin)) return `must be at most ${issue.maximum}`;
  if (issue.code === "invalid_format" && issue.format === "url")
    return "must be a whole URL such as https://karpor.example.com";
  if (issue.code === "invalid_value")
    return `must be ${issue.values.map((value) => (typeof value === "string" ? `"${value}"` : String(value))).join(" or ")}`;
  return undefined;
};

const NUMBERS: readonly string[] = ["number", "int"];

/** As people who write YAML call them. */
const KINDS: Record<string, string> = {
  record: "a mapping",
  object: "a mapping",
  array: "a list",
  int: "a whole number",
};

/** Of what may be one thing or another, what is wrong inside the one that was begun. */
function inner(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const begun = issue.errors.find((branch) => branch.some(({ path }) => path.length > 0));
  if (!begun) return [issue];
  return begun.flatMap((one) => inner({ ...one, path: [...issue.path, ...one.path] }));
}

const sayAll = (issues: z.core.$ZodIssue[]): string[] => issues.flatMap(inner).map(say);

const say = (issue: z.core.$ZodIssue): string => {
  const ofKey = issue.code === "invalid_key" ? issue.issues[0]?.message : undefined;
  return `${issue.path.join(".") || "the file"}: ${ofKey ?? issue.message}`;
};

/** The file's JSON schema, as committed in karpor-access.schema.json. */
export const configSchema = (): string =>
  `${JSON.stringify(z.toJSONSchema(ConfigFile, { io: "input" }), null, 2)}\n`;
