/** A directory as docs/install.md has it made, and the two versions that can stand in it. */
import { chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { nextFiles, nextSource } from "../helpers/next-source.ts";
import { APP_TOKEN, BOT_TOKEN, type ComposeWorld, SIGNING_SECRET } from "./world.ts";

/** Whoever sets it up has an administrator's access, where kubectl looks for it. */
const OPERATOR = ".kube/config";

/** `dir` holds the project's files. */
export function install(dir: string, { slack, admin }: ComposeWorld, port: number): void {
  const copied = (from: string, to: string, change = (text: string) => text) =>
    writeFileSync(join(dir, to), change(readFileSync(join(dir, from), "utf8")));
  copied(".env.example", ".env", (text) =>
    text
      .replace(/^SLACK_BOT_TOKEN=.*$/m, `SLACK_BOT_TOKEN=${BOT_TOKEN}`)
      .replace(/^SLACK_APP_TOKEN=.*$/m, `SLACK_APP_TOKEN=${APP_TOKEN}`)
      .concat(`\nSLACK_API_URL=${slack.apiUrl}\nPORT=${port}\n`),
  );
  copied("karpor-access.example.yml", "karpor-access.yml");
  mkdirSync(join(dir, dirname(OPERATOR)));
  writeFileSync(join(dir, OPERATOR), admin);
  mkdirSync(join(dir, "secrets"));
  copied("docker-compose.yml", "docker-compose.override.yml", (text) => {
    const { command } = parse(text).services.redis;
    return stringify({ services: { redis: { command: `${command} ${AS_THE_IMAGE_IS_BUILT}` } } });
  });
}

/** Debian's Redis, where it stands in for the image's, must be told. */
const AS_THE_IMAGE_IS_BUILT = "--dir /data --protected-mode no";

/** From now on Slack sends to it, and it opens no connection of its own. */
export function listenToHttp(dir: string): void {
  const path = join(dir, ".env");
  const text = readFileSync(path, "utf8")
    .replace(/^SLACK_APP_TOKEN=.*$/m, "SLACK_APP_TOKEN=")
    .replace(/^SLACK_SIGNING_SECRET=.*$/m, `SLACK_SIGNING_SECRET=${SIGNING_SECRET}`);
  writeFileSync(path, text);
}

/** For the job that heals: an access to the cluster that runs Karpor, which `id` may read, and which the bot does not see. */
export function giveHeal(dir: string, kubeconfig: string, id: number): void {
  const path = join(dir, "../heal.kubeconfig");
  writeFileSync(path, kubeconfig, { mode: 0o600 });
  chownSync(path, id, id);
}

/** From now on its containers run as this user and group. */
export function runAs(dir: string, id: number): void {
  const path = join(dir, ".env");
  const user = `KARPOR_ACCESS_USER=${id}:${id}`;
  writeFileSync(path, readFileSync(path, "utf8").replace(/^KARPOR_ACCESS_USER=.*$/m, user));
  for (const owned of [OPERATOR, "secrets", "secrets/hub.kubeconfig"]) {
    try {
      chownSync(join(dir, owned), id, id);
    } catch (error) {
      // Setup makes it, as who it runs as.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

export function putVersion(dir: string, version: "ours" | "next"): void {
  for (const path of nextFiles) {
    const source = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
    writeFileSync(join(dir, path), version === "ours" ? source : nextSource(path, source));
  }
}
