/** Environment and YAML file → Config; the only reader of process.env. Every mistake is listed at once. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { CanaryInterval } from "./domain/canary.ts";
import type { Catalog } from "./domain/catalog.ts";
import { ChannelId } from "./domain/ids.ts";
import { LabelValue } from "./domain/label.ts";
import { Locale } from "./domain/person.ts";
import { diffSettings } from "./domain/policy-diff.ts";
import { assertConsistent, type Policy, PolicyFile, policyFrom } from "./domain/policy-file.ts";
import { type Secret, secret } from "./domain/secret.ts";
import { HubSettings } from "./hub/settings.ts";
import { SlashCommand } from "./slack/slash-command.ts";
import { RedisUrl } from "./store/address.ts";

/** The YAML file. */
export const ConfigFile = z
  .strictObject({
    instance: LabelValue.describe("Marks this bot's objects; two bots on one hub need different ones."),
    hub: HubSettings,
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
          .describe("Once a day the newest seal of the trail is posted into slack.channel."),
      })
      .optional(),
    ...PolicyFile.shape,
  })
  .superRefine(assertConsistent);
export type ConfigFile = z.infer<typeof ConfigFile>;

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

/** Throws ConfigError. Empty variables count as unset, as docker-compose leaves them. */
export function loadConfig(variables: NodeJS.ProcessEnv, { needsSecrets = true } = {}): Config {
  const given = withProxy(filledOnly(variables));
  const env = Environment.safeParse(given);
  const path = pathOf(given);
  const secretOf = secretsIn(given);
  const read = readConfig(path, needsSecrets ? secretOf : null);
  const all = [...(env.error?.issues.map(say) ?? []), ...read.mistakes];
  if (!env.success || !read.file || all.length > 0) throw new ConfigError(all);
  return { ...read.file, ...read.policy, env: env.data, secretOf, path };
}

type SecretOf = (name: string) => Secret | null;

const secretsIn =
  (given: NodeJS.ProcessEnv): SecretOf =>
  (name) => {
    const value = given[name];
    return value === undefined ? null : secret(value);
  };

const SECRET_MIN = 32;

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
  const path = pathOf(filledOnly(variables));
  const { file, mistakes } = readConfig(path);
  if (!file) throw new ConfigError(mistakes);
  return { ...file, path };
}

const filledOnly = (variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));

/** In small letters they come first, as everywhere. */
const withProxy = (given: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...given,
  HTTPS_PROXY: given.https_proxy ?? given.HTTPS_PROXY,
  NO_PROXY: given.no_proxy ?? given.NO_PROXY,
});

export const pathOf = ({ KARPOR_ACCESS_CONFIG: path = "karpor-access.yml" }: NodeJS.ProcessEnv): string =>
  resolve(path);

function located(file: ConfigFile, path: string): ConfigFile {
  const { hub } = file;
  const kubeconfig = hub.kubeconfig && { kubeconfig: resolve(dirname(path), hub.kubeconfig) };
  return { ...file, hub: { ...hub, ...kubeconfig } };
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
    const written: unknown = parse(text);
    const file = ConfigFile.safeParse(written, { error: inWords });
    if (!file.success) return { text, mistakes: sayAll(file.error.issues) };
    const policy = policyOf(written as ConfigFile);
    const mistakes = secretOf ? secretMistakes(policy.roles, secretOf) : [];
    if (mistakes.length > 0) return { text, mistakes };
    return { text, file: located(file.data, path), policy, mistakes };
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "ENOENT"
        ? "does not exist; copy karpor-access.example.yml"
        : String((error as Error).message);
    return { text, mistakes: [`${path}: ${why}`] };
  }
}

/** The settings that differ and that a start alone takes in. */
export const fixedDiffering = (started: ConfigFile, now: ConfigFile): string[] =>
  diffSettings(fixedOf(started), fixedOf(now)).map(({ field }) => field);

const fixedOf = (file: ConfigFile) =>
  Object.fromEntries(FIXED.map((key) => [key, file[key as keyof ConfigFile]]));
const FIXED = Object.keys(ConfigFile.shape).filter((key) => !Object.hasOwn(PolicyFile.shape, key));

function policyOf(written: ConfigFile): Policy {
  const part = Object.entries(written).filter(([key]) => Object.hasOwn(PolicyFile.shape, key));
  const source = JSON.stringify(Object.fromEntries(part));
  return policyFrom(source, createHash("sha256").update(source).digest("hex"));
}

/** What zod itself would say too tersely, with the mend. */
const inWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === "invalid_type" && issue.input === undefined) return "is missing";
  if (issue.code === "invalid_type") return `must be ${KINDS[issue.expected] ?? `a ${issue.expected}`}`;
  if (issue.code === "unrecognized_keys")
    return `does not know ${issue.keys.map((key) => `"${key}"`).join(", ")}; remove or correct it`;
  if (issue.code === "invalid_format" && issue.format === "url")
    return "must be a whole URL such as https://karpor.example.com";
  if (issue.code === "invalid_value")
    return `must be ${issue.values.map((value) => (typeof value === "string" ? `"${value}"` : String(value))).join(" or ")}`;
  return undefined;
};

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
