/** Checks of the hub that must pass before access is given: RBAC is on, and a role's ClusterRole exists. */
import { z } from "zod";
import type { HubClient } from "./client.ts";
import { isReason, parseJson, readAnswer } from "./errors.ts";
import { isMissingPath, nullIfAbsent } from "./grants.ts";

const ServerConfigs = z.object({ CoreOptions: z.object({ EnableRBAC: z.boolean() }) });

/** Resolves to false when Karpor runs with RBAC off: it then ignores tokens, and everybody may do everything. Throws HubError. */
export async function isEnforcing(client: HubClient): Promise<boolean> {
  try {
    const { text } = await client.get("/server-configs");
    return readAnswer("GET /server-configs", ServerConfigs, parseJson(text)).CoreOptions.EnableRBAC;
  } catch (error) {
    // Without RBAC nobody is refused, and a plain Kubernetes API server does not have this path.
    if (isReason(error, "Forbidden") || isMissingPath(error)) return true;
    throw error;
  }
}

/** Throws HubError when the hub does not say whether it exists. */
export async function hasClusterRole(client: HubClient, name: string): Promise<boolean> {
  const found = await client.call(({ rbac }) => rbac.readClusterRole({ name })).catch(nullIfAbsent(name));
  return found !== null;
}
