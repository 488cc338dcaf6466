/** What a real API server says of the objects that are deployed: strictly, and under its Pod Security Standard. */
import { z } from "zod";
import type { HubCaller } from "../../sandbox/hub/client.ts";
import { type DeployManifest, pathOf } from "./manifests.ts";

const STRICT = "dryRun=All&fieldManager=test&fieldValidation=Strict";

/** A server-side dry run that refuses what it does not know. */
export const dryRun = (ask: HubCaller, object: DeployManifest) =>
  ask("PATCH", `${pathOf(object)}?${STRICT}&force=true`, {
    body: object,
    type: "application/apply-patch+yaml",
  });

/** Makes nothing. */
export const makePod = (ask: HubCaller, namespace: string, pod: object) =>
  ask("POST", `/api/v1/namespaces/${namespace}/pods?${STRICT}`, { body: pod });

const Templates = z.object({
  spec: z.object({
    template: z.object({ metadata: z.looseObject({}), spec: z.looseObject({}) }),
    volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.string() }) })).optional(),
  }),
});
const Cron = z.object({ spec: z.object({ jobTemplate: z.looseObject({}) }) });

/** As the workload's controller makes it. */
export function podOf(workload: DeployManifest) {
  if (workload.kind === "Pod") return { ...workload, spec: z.looseObject({}).parse(workload.spec) };
  const job = workload.kind === "CronJob" ? Cron.parse(workload).spec.jobTemplate : workload;
  const { template, volumeClaimTemplates = [] } = Templates.parse(job).spec;
  const claimed = volumeClaimTemplates.map(({ metadata: { name } }) => ({ name, emptyDir: {} }));
  const spec = claimed.length > 0 ? { ...template.spec, volumes: claimed } : template.spec;
  return { apiVersion: "v1", kind: "Pod", metadata: { ...template.metadata, name: "a" }, spec };
}
