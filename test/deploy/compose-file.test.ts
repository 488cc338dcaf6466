/** docker-compose.yml, Dockerfile and .env.example agree with one another and with the bot; no engine is started. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { setupOptions } from "../../src/cli/setup/options.ts";

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const { services } = parse(text("docker-compose.yml"));
const bot = services["karpor-access"];
const dockerfile = text("Dockerfile");

test("the healing job has no secret of Slack, and the bot no access of the job", () => {
  const { command, environment, env_file, volumes, profiles } = services.heal;
  const [, args = ""] = /node src\/main\.ts setup (.+?);/.exec(command[2]) ?? [];
  expect(setupOptions(args.split(" "))).toMatchObject({ action: "if-refused", "from-cluster": true });
  expect([env_file, profiles]).toEqual([undefined, ["heal"]]);
  const own = volumes.filter((volume: string) => !bot.volumes.includes(volume));
  expect(own).toEqual([`\${HEAL_KUBECONFIG:-../heal.kubeconfig}:${environment.KUBECONFIG}:ro`]);
});

test("the gateway gets no secret of the bot, and the bot no key of the gateway", () => {
  const { profiles, env_file, volumes } = services.gateway;
  expect([env_file, profiles]).toEqual([undefined, ["gateway"]]);
  expect(volumes.map((volume: string) => volume.replace(/:[^:]+:ro$/, ""))).toEqual([
    "./deploy/gateway",
    `\${GATEWAY_TLS:-../gateway-tls}`,
  ]);
});

test("what has a profile is locked down as the bot is", () => {
  const lock = ({ read_only, cap_drop, security_opt, user }: Record<string, unknown>) => ({
    read_only,
    cap_drop,
    security_opt,
    user,
  });
  for (const service of [services.heal, services.gateway]) expect(lock(service)).toEqual(lock(bot));
});

test(".env.example names every variable that compose asks a person for", () => {
  const asked = [...text("docker-compose.yml").matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
  const known = [...text(".env.example").matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
  expect(known).toEqual(expect.arrayContaining(asked));
});

test("the image is built from what .dockerignore lets in", () => {
  const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, from = ""]) => from.split(" "));
  const letIn = [...text(".dockerignore").matchAll(/^!(.+)$/gm)].map(([, name]) => name);
  expect(copied).toEqual(letIn);
});

test("images have exact versions, and the same Redis everywhere", () => {
  const exact = /^[a-z/-]+:\d+\.\d+\.\d+(-slim|-alpine)?(@sha256:[0-9a-f]{64})?$/;
  const { image } = parse(text("deploy/chart/values.yaml")).redis;
  expect(image).toBe(services.redis.image);
  const [, node = ""] = /^FROM (.+)$/m.exec(dockerfile) ?? [];
  for (const one of [image, node, services.gateway.image]) expect(one).toMatch(exact);
});
