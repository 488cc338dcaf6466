/** `docker compose` in the directory of an installation. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

export interface Engine {
  /** A command line as a person types it, whose home is there too. Resolves to all that it prints; throws with it where it fails. */
  run(line: string): Promise<string>;
  /** The command of docs/install.md that has these words, run as it stands there, and what is added to it. */
  documented(words: string, more?: string): Promise<string>;
}

const execute = promisify(execFile);

export function engineIn(cwd: string): Engine {
  const install = readFileSync(new URL("../../docs/install.md", import.meta.url), "utf8");
  const lines = install.match(/^docker compose .+$/gm) ?? [];
  const run = async (line: string) => {
    try {
      const env = { ...process.env, HOME: cwd };
      const { stdout, stderr } = await execute("bash", ["-c", line], { cwd, env, maxBuffer: 64 << 20 });
      return stdout + stderr;
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      throw new Error(`${line} failed:\n${stdout}${stderr}`);
    }
  };
  return {
    run,
    documented: (words, more = "") => {
      const line = lines.find((one) => one.includes(words));
      if (!line) throw new Error(`docs/install.md has no docker compose command with "${words}".`);
      return run(`${line} ${more}`);
    },
  };
}

/** The address of this machine that containers of every network reach. */
export async function gateway(): Promise<string> {
  const format = "{{(index .IPAM.Config 0).Gateway}}";
  const { stdout } = await execute("docker", ["network", "inspect", "bridge", "--format", format]);
  return stdout.trim();
}
