/** Reads the YAML file and the environment into a Config, at the start of each command; lists all mistakes at once. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { ConfigFile } from "./config-schema.ts";
import { whenValid } from "./policy/shapes.ts";
import { type Secret, secret } from "./request/secret.ts";

const filled = (what: string) => z.string({ error: `is not set; ${what}` });
const Port = z.coerce.number().int().min(0).max(65535);

const KEY_BYTES = 32;
const MAKE_KEY = "make one with `openssl rand -base64 32`, once, and keep it as long as its records";
/** The key that signs the records: 32 random bytes in base64. */
const RecordsKey = z
  .string()
  .refine(
    (text) => /^[\w+/]+=*$/.test(text) && Buffer.from(text, "base64").length === KEY_BYTES,
    `is not 32 bytes in base64; ${MAKE_KEY}`,
  )
  .transform(secret);

/** The environment's variables: secrets, and settings of the machine. */
const Environment = z
  .object({
    SLACK_BOT_TOKEN: filled(
      "copy the Bot User OAuth Token from your app's page OAuth & Permissions",
    ).startsWith("xoxb-", "is no bot token (xoxb-…); copy it from your app's page OAuth & Permissions"),
    SLACK_APP_TOKEN: z
      .string()
      .startsWith("xapp-", "is no app-level token (xapp-…); make one on your app's page Basic Information")
      .optional(),
    SLACK_SIGNING_SECRET: z
      .string()
      .min(
        32,
        "is shorter than Slack's, which has 32 characters; copy it from your app's page Basic Information",
      )
      .optional(),
    REDIS_URL: z
      .string()
      .regex(/^rediss?:\/\/[^\s/]/, "must look like redis://host:6379, or rediss://user:password@host:6379")
      .default("redis://127.0.0.1:6379"),
    PORT: Port.default(3000),
    METRICS_PORT: Port.optional(),
    METRICS_HOST: z.string().default("127.0.0.1"),
    SLACK_API_URL: z.url().optional(),
    HTTPS_PROXY: z
      .url({ protocol: /^https?$/, error: "must be a whole URL such as http://proxy.example.com:3128" })
      .optional(),
    NO_PROXY: z.string().optional(),
    RECORDS_KEY: RecordsKey.optional(),
    LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
  })
  .refine((env) => Boolean(env.SLACK_APP_TOKEN ?? env.SLACK_SIGNING_SECRET), {
    path: ["SLACK_APP_TOKEN"],
    message: "is not set; give an app-level token (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP",
    ...whenValid("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"),
  });

export interface Config extends ConfigFile {
  env: z.infer<typeof Environment>;
  /** Absolute path of the file. */
  path: string;
  /** First 12 characters of the SHA-256 of its text (hex): the trail notes by it which policy was in force. */
  digest: string;
  /** Returns the secret in a variable that the file names (`secretEnv`, `tokenEnv`); null where it is not set. */
  secretNamed(variable: string): Secret | null;
}

/** All mistakes of the configuration, a line each, with what to do. */
export class ConfigError extends Error {
  override name = "ConfigError";
  readonly mistakes: readonly string[];
  constructor(mistakes: readonly string[]) {
    super(mistakes.join("\n"));
    this.mistakes = mistakes;
  }
}

type Variables = Record<string, string | undefined>;

/** For the bot and doctor: all secrets must be given. Throws ConfigError. */
export const loadConfig = (variables: Variables = process.env): Config => load(variables, secretMistakes);

/** For commands that do not speak to Slack: its secrets may be missing, and those of services. Throws ConfigError. */
export const loadForHub = (variables: Variables = process.env): Config =>
  load({ ...variables, SLACK_BOT_TOKEN: "xoxb-none", SLACK_SIGNING_SECRET: "none".repeat(8) }, () => []);

type SecretNamed = Config["secretNamed"];

function load(
  variables: Variables,
  secretsMissing: (file: ConfigFile, named: SecretNamed) => string[],
): Config {
  const given = trimmed(variables);
  const env = Environment.safeParse(given, { error: inWords });
  const path = resolve(given.KARPOR_ACCESS_CONFIG ?? "karpor-access.yml");
  const { file, digest, mistakes } = readTextFile(path);
  const secretNamed: SecretNamed = (name) => (variables[name] ? secret(variables[name]) : null);
  mistakes.push(...(env.error ? sentences(env.error) : []));
  if (file) mistakes.push(...secretsMissing(file, secretNamed));
  if (!file || !env.success || mistakes.length > 0) throw new ConfigError(mistakes);
  return { ...located(file, path), env: env.data, path, digest, secretNamed };
}

/** Drops empty variables, which docker compose leaves; reads https_proxy and no_proxy in small letters, too. */
function trimmed(variables: Variables): Variables {
  const entries = Object.entries(variables).flatMap(([name, value]) =>
    value?.trim() ? [[name, value.trim()] as const] : [],
  );
  const given: Variables = Object.fromEntries(entries);
  const { https_proxy = given.HTTPS_PROXY, no_proxy = given.NO_PROXY } = given;
  return { ...given, HTTPS_PROXY: https_proxy, NO_PROXY: no_proxy };
}

interface ReadFile {
  file: ConfigFile | null;
  digest: string;
  mistakes: string[];
}

function readTextFile(path: string): ReadFile {
  try {
    const text = readFileSync(path, "utf8");
    const file = ConfigFile.safeParse(parse(text), { error: inWords });
    const digest = createHash("sha256").update(text).digest("hex").slice(0, 12);
    return { file: file.data ?? null, digest, mistakes: file.error ? sentences(file.error) : [] };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === "ENOENT" ? "does not exist; copy examples/karpor-access.yml" : `${message}; correct it`;
    return { file: null, digest: "", mistakes: [`${path}: ${why}`] };
  }
}

const SHORTEST_SECRET = 32;
/** For a secret that may be a part of a URL's path. */
const URL_SAFE = {
  form: /^[\w.~-]+$/,
  wrong: "holds other characters than letters, digits and . _ ~ -",
  make: "openssl rand -hex 32",
};
/** For a secret in the form of Standard Webhooks (standardwebhooks.com). */
const BASE64_SECRET = {
  form: /^(?:whsec_)?(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  wrong: "isn't base64",
  make: "openssl rand -base64 32",
};

/** Returns a sentence for each secret that is missing, too short or of a wrong form. */
function secretMistakes({ roles, audit }: ConfigFile, secretNamed: SecretNamed): string[] {
  const unsigned = secretNamed("RECORDS_KEY") ? [] : [`RECORDS_KEY: is not set; ${MAKE_KEY}`];
  const checks = Object.entries(roles).flatMap(([name, { check }]) =>
    check ? [{ at: `roles.${name}.check.secretEnv`, variable: check.secretEnv, shape: BASE64_SECRET }] : [],
  );
  const hub = audit.hub ? [{ at: "audit.hub.tokenEnv", variable: audit.hub.tokenEnv, shape: URL_SAFE }] : [];
  const webhook = audit.webhook
    ? [{ at: "audit.webhook.secretEnv", variable: audit.webhook.secretEnv, shape: BASE64_SECRET }]
    : [];
  const weak = [...checks, ...hub, ...webhook].flatMap(({ at, variable, shape }) => {
    const problem = secretProblem(secretNamed(variable)?.reveal(), shape);
    return problem ? [`${at}: ${variable} ${problem}; give both sides the same, as from ${shape.make}`] : [];
  });
  return [...unsigned, ...weak];
}

function secretProblem(value: string | undefined, { form, wrong }: typeof URL_SAFE): string | null {
  if (value === undefined) return "is not set";
  if (value.length < SHORTEST_SECRET) return `is shorter than ${SHORTEST_SECRET} characters`;
  return form.test(value) ? null : wrong;
}

/** Makes the file's paths absolute: they are relative to it. */
function located(file: ConfigFile, path: string) {
  const { hub, audit } = file;
  const from = (relative: string) => resolve(dirname(path), relative);
  const tls = audit.hub?.tls && { cert: from(audit.hub.tls.cert), key: from(audit.hub.tls.key) };
  return {
    ...file,
    hub: { ...hub, ...(hub.kubeconfig && { kubeconfig: from(hub.kubeconfig) }) },
    audit: { ...audit, ...(audit.hub && { hub: { ...audit.hub, ...(tls && { tls }) } }) },
  };
}

/** Zod's types, as people who write YAML call them. */
const KINDS: Record<string, string> = {
  record: "a mapping",
  object: "a mapping",
  array: "a list",
  int: "a whole number",
  boolean: "true or false",
};

/** Replaces zod's terse messages by ones that say what to do. */
const inWords: z.core.$ZodErrorMap = (issue) => {
  const isNumber = issue.code.startsWith("too_") && ["number", "int"].includes(String(issue.origin));
  if (issue.code === "invalid_type" && issue.input === undefined) return "is missing; give it";
  if (issue.code === "invalid_type" && issue.input === null)
    return "is empty; a # begins a comment unless the text is quoted";
  if (issue.code === "invalid_type") return `must be ${KINDS[issue.expected] ?? `a ${issue.expected}`}`;
  if (issue.code === "unrecognized_keys")
    return `does not know ${issue.keys.map((key) => `"${key}"`).join(", ")}; remove or correct it`;
  if (issue.code === "too_small" && isNumber) return `must be at least ${issue.minimum}`;
  if (issue.code === "too_big" && isNumber) return `must be at most ${issue.maximum}`;
  if (issue.code === "invalid_format" && issue.format === "url")
    return "must be a whole URL such as https://karpor.example.com";
  if (issue.code === "invalid_value")
    return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
  return undefined;
};

const sentences = ({ issues }: z.core.$ZodError): string[] => issues.flatMap(innermost).map(mistakeSentence);

/** For a field with alternative forms, returns the mistakes inside the form that was begun. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  const begun =
    issue.code === "invalid_union" &&
    issue.errors.find((branch) => branch.some(({ path }) => path.length > 0));
  if (!begun) return [issue];
  return begun.flatMap((inner) => innermost({ ...inner, path: [...issue.path, ...inner.path] }));
}

function mistakeSentence(issue: z.core.$ZodIssue): string {
  const ofKey = issue.code === "invalid_key" ? issue.issues[0]?.message : undefined;
  return `${issue.path.join(".") || "the file"}: ${ofKey ?? issue.message}`;
}
