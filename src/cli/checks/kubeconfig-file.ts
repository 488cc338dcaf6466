/** The bot's kubeconfig as a file: nobody else may read it, and the bot must be able to put a renewed one in its place. */
import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { shellWord } from "../shell.ts";
import { type Finding, ok, warn } from "./finding.ts";

/** The directory that takes no new one from this user; null where it does, or there is none. */
export async function lockedDirectory(path: string | undefined): Promise<string | null> {
  if (path === undefined) return null;
  return access(dirname(path), constants.W_OK)
    .then(() => null)
    .catch(({ code }: NodeJS.ErrnoException) => (code === "ENOENT" ? null : dirname(path)));
}

const OTHERS = 0o077;

/** Nothing where it stands in no file, or cannot be seen. */
export async function checkKubeconfigFile(path: string | undefined): Promise<Finding[]> {
  const mode = path && (await stat(path).catch(() => undefined))?.mode;
  if (!mode) return [];
  if ((mode & OTHERS) === 0) return [ok("hub kubeconfig", "nobody else may read it")];
  return [
    warn(
      "hub kubeconfig",
      `others than the bot's user may read it (mode ${(mode & 0o777).toString(8)}), and have the bot's rights then`,
      `chmod 600 ${shellWord(path)}`,
    ),
  ];
}
