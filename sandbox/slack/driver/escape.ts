/** What Slack makes of a typed command line when the command has `should_escape: true`. */
import type { Workspace } from "../workspace.ts";

export function escapeTyped(workspace: Workspace, typed: string): string {
  const escaped = typed.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return escaped
    .split(/(\s+)/)
    .map((word) => escapeWord(workspace, word))
    .join("");
}

function escapeWord(workspace: Workspace, word: string): string {
  const [, mark, name, rest] = /^([@#])([\p{L}\p{N}._-]*[\p{L}\p{N}_-])(.*)$/u.exec(word) ?? [];
  if (mark === "@" && name) return person(workspace, name, rest ?? "") ?? word;
  if (mark === "#" && name) return channel(workspace, name, rest ?? "") ?? word;
  return link(word);
}

function person(workspace: Workspace, name: string, rest: string): string | undefined {
  if (["here", "channel", "everyone"].includes(name)) return `<!${name}>${rest}`;
  const found = [...workspace.people.values()].find((one) => one.name === name || one.displayName === name);
  if (found) return `<@${found.id}|${found.name}>${rest}`;
  const group = [...workspace.groups.values()].find((one) => one.handle === name);
  return group && `<!subteam^${group.id}|@${group.handle}>${rest}`;
}

function channel(workspace: Workspace, name: string, rest: string): string | undefined {
  const found = [...workspace.channels.values()].find((one) => one.name === name);
  return found && `<#${found.id}|${found.name}>${rest}`;
}

function link(word: string): string {
  if (/^https?:\/\/\S+$/.test(word)) return `<${word}>`;
  return /^[\w.+-]+@[\w-]+\.[\w.]+$/.test(word) ? `<mailto:${word}|${word}>` : word;
}
