/** What the hub's `/server-configs` says of RBAC. Pure. */
import { z } from "zod";
import type { HubAnswer } from "./request.ts";

const Configs = z.object({ CoreOptions: z.object({ EnableRBAC: z.boolean() }) });

/** `unknown`: it does not say, as a plain Kubernetes API server. */
export function rbacOf({ status, body }: HubAnswer): "on" | "off" | "unknown" {
  const configs = status === 200 ? Configs.safeParse(body).data : undefined;
  if (!configs) return "unknown";
  return configs.CoreOptions.EnableRBAC ? "on" : "off";
}
