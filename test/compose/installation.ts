/** The folder of an installation, as docs/install.md has it made, and docker compose in it. */
import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import type { Credentials } from "../../sandbox/hub/types.ts";
import { APP, type ComposeWorld } from "./world.ts";

const execute = promisify(execFile);
/** An administrator's access, where kubectl looks for it. */
const OPERATOR = ".kube/config";
/** Debian's Redis, which may take the image's place, must be told what the image has built in. */
const AS_THE_IMAGE_IS_BUILT = "--dir /data --protected-mode no";

/** This machine, as the gateway's container calls it. */
export const KARPOR_HOST = "karpor.test";

export type Installation = ReturnType<typeof install>;

/** `dir` holds the project's files. */
export function install(dir: string, { slack, admin, host }: ComposeWorld, port: number) {
  const at = (path: string) => join(dir, path);
  const read = (path: string) => readFileSync(at(path), "utf8");
  const setVariables = (variables: Record<string, string>) => {
    const kept = read(".env")
      .split("\n")
      .filter((line) => !((line.split("=")[0] ?? "") in variables));
    const given = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    writeFileSync(at(".env"), [...kept, ...given, ""].join("\n"));
  };
  writeFileSync(at(".env"), read(".env.example"));
  setVariables({
    ...{ SLACK_BOT_TOKEN: APP.botToken, SLACK_APP_TOKEN: APP.appToken },
    RECORDS_KEY: Buffer.alloc(32, "compose").toString("base64"),
    ...{ SLACK_API_URL: slack.apiUrl, PORT: String(port) },
  });
  writeFileSync(at("karpor-access.yml"), read("examples/karpor-access.yml"));
  mkdirSync(at(".kube"));
  writeFileSync(at(OPERATOR), admin);
  mkdirSync(at("secrets"));
  const { command } = parse(read("docker-compose.yml")).services.redis;
  const redis = { command: `${command} ${AS_THE_IMAGE_IS_BUILT}` };
  const override = { services: { redis, gateway: { extra_hosts: [`${KARPOR_HOST}:${host}`] } } };
  writeFileSync(at("docker-compose.override.yml"), stringify(override));
  return {
    setVariables,
    /** A command line as a person types it. Resolves to what it prints; throws with it when it fails. */
    run: (line: string) => run(line, dir),
    /** The command of docs/install.md that has these words, with `more` after it. */
    documented: (words: string, more = "") => run(`${documentedLine(words)} ${more}`, dir),
    /** From now on its containers run as this user. */
    runAs(id: number): void {
      setVariables({ KARPOR_ACCESS_USER: `${id}:${id}` });
      for (const path of [OPERATOR, "secrets", "secrets/hub.kubeconfig"])
        if (existsSync(at(path))) chownSync(at(path), id, id);
    },
    /** For the healing job, which runs as `id`. */
    giveHeal(kubeconfig: string, id: number): void {
      writeFileSync(at("../heal.kubeconfig"), kubeconfig, { mode: 0o600 });
      chownSync(at("../heal.kubeconfig"), id, id);
    },
    /** From its next start the bot's link to the dashboard logs in, through the gateway at this address. */
    linkThrough(url: string): void {
      const told = `dashboard: ${url}\n  gateway: true`;
      writeFileSync(at("karpor-access.yml"), read("karpor-access.yml").replace(/dashboard: \S+/, told));
    },
    /** For the gateway, which runs as `id`: its certificate, for both hosts, and the authority of Karpor's. */
    giveGateway({ certificate, key }: Credentials, ca: string, id: number): void {
      mkdirSync(at("../gateway-tls"));
      for (const [name, content] of Object.entries({
        "tls.crt": certificate,
        "tls.key": key,
        "web.crt": certificate,
        "web.key": key,
        "ca.crt": ca,
      })) {
        writeFileSync(at(`../gateway-tls/${name}`), content, { mode: 0o600 });
        chownSync(at(`../gateway-tls/${name}`), id, id);
      }
    },
  };
}

async function run(line: string, dir: string): Promise<string> {
  try {
    const env = { ...process.env, HOME: dir };
    const { stdout, stderr } = await execute("bash", ["-c", line], { cwd: dir, env, maxBuffer: 64 << 20 });
    return stdout + stderr;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${line} failed:\n${stdout}${stderr}`);
  }
}

function documentedLine(words: string): string {
  const page = readFileSync(new URL("../../docs/install.md", import.meta.url), "utf8");
  const lines = page.replaceAll(/\\\n */g, "").match(/^ *docker compose .+$/gm) ?? [];
  const line = lines.find((one) => one.includes(words));
  if (!line) throw new Error(`docs/install.md has no docker compose command with "${words}".`);
  return line;
}

/** The address of this machine that containers of every network reach. */
export async function gateway(): Promise<string> {
  const format = "{{(index .IPAM.Config 0).Gateway}}";
  const { stdout } = await execute("docker", ["network", "inspect", "bridge", "--format", format]);
  return stdout.trim();
}
