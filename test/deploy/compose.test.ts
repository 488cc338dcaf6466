/** docker-compose.yml and what it leans on; no engine is started. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { setupOptions } from "../../src/cli/setup/options.ts";

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

const Health = z.strictObject({
  test: z.union([z.string(), z.array(z.string())]),
  interval: z.string(),
  timeout: z.string(),
  start_period: z.string().optional(),
  retries: z.number(),
});
const { services, volumes } = z
  .strictObject({
    services: z.strictObject({
      redis: z.looseObject({ command: z.string(), volumes: z.array(z.string()), healthcheck: Health }),
      "karpor-access": z.looseObject({
        env_file: z.literal(".env"),
        environment: z.record(z.string(), z.union([z.string(), z.number()])),
        volumes: z.array(z.string()),
        healthcheck: Health,
      }),
      heal: z.looseObject({
        profiles: z.tuple([z.literal("heal")]),
        command: z.tuple([z.literal("sh"), z.literal("-c"), z.string()]),
        environment: z.record(z.string(), z.string()),
        volumes: z.array(z.string()),
      }),
    }),
    volumes: z.record(z.string(), z.null()),
  })
  .parse(parse(text("docker-compose.yml")));
const bot = services["karpor-access"];
const example = parse(text("karpor-access.example.yml")) as { hub: { kubeconfig: string } };
const variables = (of: string) => [...of.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);

it("keeps what Redis knows, and lets the bot wait for it", () => {
  expect(services.redis.command).toMatch(/--appendonly yes --maxmemory-policy noeviction/);
  expect(services.redis.volumes.map((volume) => volume.split(":")[0])).toEqual(Object.keys(volumes));
  expect(bot.depends_on).toEqual({ redis: { condition: "service_healthy" } });
  expect(bot.environment.REDIS_URL).toBe("$" + "{REDIS_URL:-redis://redis:6379}");
});

it("gives the bot the example's kubeconfig in a directory it may write to", () => {
  const directory = example.hub.kubeconfig.split("/")[0];
  expect(bot.volumes).toContain(`./${directory}:/config/${directory}`);
});

it("heals the bot's kubeconfig by a profile of its own, with no secret of Slack", () => {
  const { command, environment, volumes: mounted, ...rest } = services.heal;
  const [own = "", ...more] = mounted.filter((volume) => !bot.volumes.includes(volume));
  const [, args = ""] = /node src\/main\.ts setup (.+?);/.exec(command[2]) ?? [];
  expect(setupOptions(args.split(" "))).toMatchObject({ ifRefused: true, from: "cluster" });
  expect(rest).not.toHaveProperty("env_file");
  expect(environment.KARPOR_ACCESS_CONFIG).toBe(bot.environment.KARPOR_ACCESS_CONFIG);
  expect(mounted).toEqual(expect.arrayContaining(bot.volumes));
  expect(more).toEqual([]);
  // The bot has no such access: all of this directory is mounted into it.
  expect(own).toBe(`\${HEAL_KUBECONFIG:-../heal.kubeconfig}:${environment.KUBECONFIG}:ro`);
  expect(bot.volumes.every((volume) => /^\.(\/[a-z]+)?:/.test(volume))).toBe(true);
  expect(text(".env.example")).toContain("\n# ../heal.kubeconfig\nHEAL_KUBECONFIG=\n");
});

it("mounts the directory of the configuration, so that a file put in its place is seen", () => {
  expect(bot.environment.KARPOR_ACCESS_CONFIG).toBe("/config/karpor-access.yml");
  expect(bot.volumes).toContain(".:/config:ro");
  expect(bot.volumes.filter((volume) => /\.ya?ml:/.test(volume))).toEqual([]);
});

it("asks for health where the bot answers, in words that node runs", () => {
  const [kind, program, flag, script = ""] = z.array(z.string()).parse(bot.healthcheck.test);
  expect([kind, program, flag]).toEqual(["CMD", "node", "-e"]);
  expect(script).toContain(`:${bot.environment.PORT}/readyz`);
  // Nothing listens there: unhealthy, and no crash of the script's own.
  const nowhere = script.replace(`:${bot.environment.PORT}/`, ":1/");
  const run = () => execFileSync(process.execPath, ["-e", nowhere], { stdio: "pipe" });
  expect(run).toThrow(expect.objectContaining({ status: 1, stderr: Buffer.alloc(0) }));
});

it("names in .env.example every variable that compose or the bot asks of a person", () => {
  const asked = [...text("docker-compose.yml").matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
  const known = variables(text(".env.example"));
  const secrets = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "REDIS_URL", "LOG_LEVEL"];
  expect(known).toEqual(expect.arrayContaining([...secrets, ...asked.filter((name) => name !== "PORT")]));
});

it("builds an image of what is copied alone, as nobody in particular", () => {
  const dockerfile = text("Dockerfile");
  const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, from = ""]) => from.split(" "));
  const letIn = [...text(".dockerignore").matchAll(/^!(.+)$/gm)].map(([, name]) => name);
  expect(copied).toEqual(letIn);
  expect(dockerfile).toMatch(/^USER 1000$/m);
});

it("names each image by its exact version, with the same Redis everywhere", () => {
  const named = (path: string, words: RegExp) => text(path).match(words)?.slice(1) ?? [];
  // Renovate appends the digest.
  const exact = /^[a-z]+:\d+\.\d+\.\d+(-slim)?(@sha256:[0-9a-f]{64})?$/;
  const [redis = "", ...others] = [
    ...named("docker-compose.yml", /^ +image: (.+)$/m),
    ...named("deploy/chart/values.yaml", /^redis:\n(?: .+\n)*? +image: (.+)$/m),
    ...named("deploy/kubernetes/redis/stateful-set.yaml", /^ +image: (.+)$/m),
  ];
  expect(others).toEqual([redis, redis]);
  for (const image of [redis, ...named("Dockerfile", /^FROM (.+)$/m)]) expect(image).toMatch(exact);
});

it("compiles as the user that it runs as: Node keeps what it compiled for one user", () => {
  const dockerfile = text("Dockerfile");
  expect(dockerfile.indexOf("USER 1000")).toBeLessThan(dockerfile.indexOf("RUN node "));
});

it("is told in the docs what to run in it: the image has no command of its own names", () => {
  for (const page of ["docs/operations.md", "docs/zh/operations.md", "docs/install.md", "docs/zh/install.md"])
    for (const [line = "", rest = ""] of text(page).matchAll(/docker compose run --rm karpor-access (.*)/g))
      expect(rest, line).toMatch(/^node src\/main\.ts /);
});

it("runs the image with Node's settings of npm start", () => {
  const settings = (command: string | undefined) => command?.match(/--(?!env)[\w-]+=\d+/g);
  const [, image] = /^CMD (.+)$/m.exec(text("Dockerfile")) ?? [];
  expect(settings(image)).toEqual(settings(JSON.parse(text("package.json")).scripts.start));
});
