/** The paths that are no Kubernetes resources: health, and Karpor's own REST paths and pages. */
import type { Ask } from "./request.ts";

export interface Page {
  status: number;
  body: object | string;
  type?: string;
}

/** What Karpor's own handlers fail at without their parameters: a 500 that is no Kubernetes Status. */
const FAILING: Record<string, string> = {
  "/rest-api/v1/search": "invalid type",
  "/rest-api/v1/insight/detail": "unsupported resource group type: 6",
};
const done = (data: unknown) => ({ success: true, message: "OK", data });
const HEALTH = ["/livez", "/readyz"];
const DASHBOARD = ["/", "/login", "/search", "/insight", "/insightDetail", "/cluster"];
const LOGS = "/rest-api/v1/insight/aggregator/log/pod/";
// Karpor's go on for as long as the pod does.
const LOG = ["listening on :8080", "synced 12 resources", "synced 3 resources"];
const HTML =
  "<!doctype html><title>Karpor</title><p>The dashboard would be here: this is a stand-in for the hub.</p>";

/** What karpor-server was started with. */
export interface KarporSettings {
  rbac: boolean;
  /** Shown with its password, as Karpor does. */
  aiProxy: string;
}

/** Asked only of callers who may: authentication and RBAC were before. */
export function answerPath({ path, verb }: Ask, settings: KarporSettings): Page {
  if (verb === "get" || verb === "head") return { status: 200, ...read(path, settings) } as Page;
  // Clusters and rules are not kept: what counts is who may write them.
  if (/^\/rest-api\/v1\/(cluster|resource-group-rule)(\/|$)/.test(path))
    return { status: 200, body: done(null) };
  return missing;
}

const missing: Page = { status: 404, body: "404 page not found\n" };

function read(path: string, { rbac, aiProxy }: KarporSettings): Page | Omit<Page, "status"> {
  const serverConfigs = {
    CoreOptions: { EnableRBAC: rbac },
    AIOptions: { AIAuthToken: "[hidden]", AIHTTPProxy: aiProxy },
  };
  if (HEALTH.includes(path)) return { body: "ok" };
  if (path === "/server-configs") return { body: serverConfigs };
  if (path === "/rest-api/v1/authn") return { body: done("") };
  if (path === "/rest-api/v1/clusters") return { body: done({ apiVersion: "v1", items: [], kind: "List" }) };
  if (FAILING[path]) return { status: 500, body: { success: false, message: FAILING[path] } };
  if (path.startsWith(LOGS))
    return { body: LOG.map((line) => `data: ${line}\n\n`).join(""), type: "text/event-stream" };
  if (DASHBOARD.includes(path)) return { body: HTML, type: "text/html; charset=utf-8" };
  return missing;
}
