/** The pod and the port that a Service's port leads to at this moment. */
import { z } from "zod";
import type { HubClient } from "../client/client.ts";
import type { PortForward } from "../settings.ts";

export interface Target {
  pod: string;
  port: number;
}

const Service = z.object({
  spec: z.object({
    selector: z.record(z.string(), z.string()).default({}),
    ports: z
      .array(z.object({ port: z.number(), targetPort: z.union([z.number(), z.string()]).optional() }))
      .default([]),
  }),
});

const Pod = z.object({
  metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
  spec: z.object({
    containers: z.array(
      z.object({
        ports: z.array(z.object({ name: z.string().optional(), containerPort: z.number() })).default([]),
      }),
    ),
  }),
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
});
type Pod = z.infer<typeof Pod>;
const Pods = z.object({ items: z.array(Pod) });

/** Throws one sentence that says what is missing. */
export async function findTarget(client: HubClient, to: PortForward): Promise<Target> {
  const base = `/api/v1/namespaces/${to.namespace}`;
  const { spec } = await get(client, `${base}/services/${to.service}`, Service);
  const port = spec.ports.find((one) => one.port === to.port);
  if (!port) throw new Error(`The Service has no port ${to.port}.`);
  const selector = Object.entries(spec.selector).map(([key, value]) => `${key}=${value}`);
  if (selector.length === 0) throw new Error("The Service selects no pods.");
  const query = `labelSelector=${encodeURIComponent(selector.join(","))}`;
  const { items } = await get(client, `${base}/pods?${query}`, Pods);
  const pod = items.find(isReady);
  if (!pod) throw new Error(`None of the Service's ${items.length} pods is ready.`);
  return { pod: pod.metadata.name, port: numberOf(port.targetPort ?? to.port, pod) };
}

async function get<T>(client: HubClient, path: string, shape: z.ZodType<T>): Promise<T> {
  const { status, body } = await client.request(path);
  if (status !== 200) throw new Error(`The cluster answered ${status} to GET ${path.split("?")[0]}.`);
  const parsed = shape.safeParse(body);
  if (!parsed.success) throw new Error(`What the cluster answered to GET ${path.split("?")[0]} is none.`);
  return parsed.data;
}

const isReady = ({ metadata, status }: Pod) =>
  !metadata.deletionTimestamp &&
  status.conditions.some((condition) => condition.type === "Ready" && condition.status === "True");

function numberOf(port: number | string, pod: Pod): number {
  if (typeof port === "number") return port;
  const found = pod.spec.containers.flatMap((container) => container.ports).find(({ name }) => name === port);
  if (!found) throw new Error(`The pod ${pod.metadata.name} has no port named ${port}.`);
  return found.containerPort;
}
