/** The kubeconfig in a file: replaced as a whole, and never readable by others. */
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, realpath, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { KubeconfigSource } from "./source.ts";

/** `foreign`: unless it is an administrator's, the bot may write it, and others read it with rights that the bot has not. */
export function fileSource(path: string, { foreign = true } = {}): KubeconfigSource {
  let last: string | undefined;
  return {
    name: path,
    foreign,
    directory: dirname(resolve(path)),
    async read() {
      last = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        throw new Error(`Cannot read the kubeconfig ${path}${whyUnread(error)}`);
      });
      return last;
    },
    async save(text) {
      if (last !== undefined && (await readFile(path, "utf8").catch(() => undefined)) !== last)
        throw new Error(`Cannot replace the kubeconfig ${path}: it was changed meanwhile. It is read again.`);
      await replace(path, text).catch((error: NodeJS.ErrnoException) => {
        throw new Error(
          `Cannot replace the kubeconfig ${path} (${error.code}): let the bot write to its directory.`,
        );
      });
      last = text;
    },
    close: async () => {},
  };
}

/** It is there, and somebody else's: of a container's user, who owns the files that are mounted. */
const whyUnread = ({ code }: NodeJS.ErrnoException): string =>
  code === "EACCES"
    ? " (EACCES): it is another user's. Let the bot's user own it; with Docker, KARPOR_ACCESS_USER in .env says who that is."
    : ": put it there, or correct hub.kubeconfig.";

/** On the disk before it takes the old one's name: a crash leaves the one or the other. Of a link, what it leads to. */
async function replace(named: string, text: string): Promise<void> {
  const path = await realpath(named).catch(() => named);
  const fresh = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const file = await open(fresh, "wx", 0o600);
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
