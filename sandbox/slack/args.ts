/** Arguments of a Web API call: the client sends forms with JSON inside, other callers send JSON. */
import { SlackRefusal } from "./errors.ts";
import type { JsonObject } from "./types.ts";

export function parseArgs(contentType: string, body: string): JsonObject {
  if (body === "") return {};
  if (!contentType.startsWith("application/json")) return Object.fromEntries(new URLSearchParams(body));
  try {
    return JSON.parse(body) as JsonObject;
  } catch {
    throw new SlackRefusal("invalid_json");
  }
}

export const optionalArg = (args: JsonObject, name: string): string | undefined => {
  const value = args[name];
  return value === undefined || value === null || value === "" ? undefined : String(value);
};

export function requiredArg(args: JsonObject, name: string): string {
  const value = optionalArg(args, name);
  if (value === undefined) {
    const message = `missing required field: ${name}`;
    throw new SlackRefusal("invalid_arguments", { response_metadata: { messages: [`[ERROR] ${message}`] } });
  }
  return value;
}

export const flag = (args: JsonObject, name: string): boolean => ["true", "1"].includes(String(args[name]));

/** A structured argument, JSON inside a form field; `code` when it is not JSON. */
export function structured(args: JsonObject, name: string, code: string): unknown {
  const value = args[name];
  if (typeof value !== "string") return value ?? undefined;
  if (value === "") return undefined;
  try {
    return JSON.parse(value);
  } catch {
    throw new SlackRefusal(code);
  }
}

/** Slack's cursors: opaque, empty at the end, and never more than was asked for. */
export function page<T>(
  args: JsonObject,
  items: T[],
  usual: number,
): { items: T[]; response_metadata: JsonObject } {
  const limit = Number(optionalArg(args, "limit") ?? usual);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new SlackRefusal("invalid_limit");
  const start = startOf(optionalArg(args, "cursor"));
  const next = start + limit;
  const next_cursor = next < items.length ? Buffer.from(`next:${next}`).toString("base64") : "";
  return { items: items.slice(start, next), response_metadata: { next_cursor } };
}

function startOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const [, start] = /^next:(\d+)$/.exec(Buffer.from(cursor, "base64").toString()) ?? [];
  if (start === undefined) throw new SlackRefusal("invalid_cursor");
  return Number(start);
}
