/** Checks that must pass before access is granted: RBAC is on, and a role's ClusterRole exists. */
import { z } from "zod";
import type { HubClient } from "./client.ts";
import { isReason, parseJson, readAnswer } from "./errors.ts";
import { isMissingPath, nullIfAbsent } from "./grants.ts";

const ServerConfigs = z.object({ CoreOptions: z.object({ EnableRBAC: z.boolean() }) });

/** With RBAC off, Karpor ignores tokens and everybody may do everything. */
export async function isEnforcing(client: HubClient): Promise<boolean> {
  try {
    const { text } = await client.get("/server-configs");
    return readAnswer("GET /server-configs", ServerConfigs, parseJson(text)).CoreOptions.EnableRBAC;
  } catch (error) {
    if (isReason(error, "Forbidden") || isMissingPath(error)) return true;
    throw error;
  }
}

export async function hasClusterRole(client: HubClient, name: string): Promise<boolean> {
  const found = await client.call(({ rbac }) => rbac.readClusterRole({ name })).catch(nullIfAbsent(name));
  return found !== null;
}
