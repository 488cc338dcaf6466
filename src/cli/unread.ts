/** Why a file that somebody named cannot be read, in words. */
const WHY: Record<string, string> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a directory",
  EACCES: "it may not be read by this user",
};

export const unread = (error: unknown): string =>
  WHY[(error as NodeJS.ErrnoException).code ?? ""] ?? (error as Error).message;
