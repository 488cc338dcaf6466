/**
 * A pod as a process: what it says of its command, variables, configuration and account is read from a real API server, as a
 * kubelet does. There is no image (this machine's node runs the sources), and its ports are whichever are free.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { freePort, scratch } from "../../sandbox/child.ts";
import type { HubCaller } from "../../sandbox/hub/client.ts";
import { type Running, runNode } from "./process.ts";

const Spec = z.looseObject({
  serviceAccountName: z.string(),
  containers: z.tuple([
    z.looseObject({
      ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
      args: z.array(z.string()).optional(),
      env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
      envFrom: z.array(z.strictObject({ secretRef: z.strictObject({ name: z.string() }) })).default([]),
      volumeMounts: z.tuple([z.looseObject({ name: z.string(), mountPath: z.string() })]),
    }),
  ]),
  volumes: z.tuple([z.looseObject({ configMap: z.object({ name: z.string() }) })]),
});
const Data = z.object({ data: z.record(z.string(), z.string()) });

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface Cluster {
  ask: HubCaller;
  url: string;
  ca: string;
  namespace: string;
}

/** A port as probes and Services name it, and where it is here. */
export type Pod = Running & { ports: Record<string, number> };

/** The files that it is given are gone when it has ended. */
export async function startPod({ ask, url, ca, namespace }: Cluster, spec: unknown): Promise<Pod> {
  const dir = scratch("karpor-access-pod");
  const { serviceAccountName: account, containers, volumes } = Spec.parse(spec);
  const [{ ports, args = imageCommand(), env, envFrom, volumeMounts }] = containers;
  const at = (kind: string, name: string) => `/api/v1/namespaces/${namespace}/${kind}/${name}`;
  const dataOf = async (kind: string, name: string) =>
    Data.parse((await ask("GET", at(kind, name))).body).data;

  const [{ mountPath }] = volumeMounts;
  const mounted = join(dir.path, mountPath);
  files(mounted, await dataOf("configmaps", volumes[0].configMap.name));
  const asked = { body: { spec: { expirationSeconds: 3600 } } };
  const { body } = await ask("POST", `${at("serviceaccounts", account)}/token`, asked);
  const { token } = z.object({ token: z.string() }).parse(body.status);
  files(join(dir.path, ACCOUNT), { token, namespace, "ca.crt": ca });

  const secrets = await Promise.all(envFrom.map(({ secretRef }) => dataOf("secrets", secretRef.name)));
  const free = await Promise.all(ports.map(async (one) => ({ ...one, here: await freePort() })));
  const own = env.map(({ name, value }) => {
    const port = free.find(({ containerPort }) => String(containerPort) === value);
    return [name, port ? String(port.here) : value.replace(mountPath, mounted)];
  });
  const { hostname, port } = new URL(url);
  const variables = {
    ...Object.assign({}, ...secrets.map(decoded)),
    ...Object.fromEntries(own),
    ...{ KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(findAccountIn(dir.path))}`,
  };
  const [program, ...rest] = args;
  if (program !== "node") throw new Error(`A container that runs ${program}.`);
  const running = runNode(rest, variables);
  void running.ended.then(() => dir.remove());
  return { ...running, ports: Object.fromEntries(free.map(({ name, here }) => [name, here])) };
}

function files(directory: string, texts: Record<string, string>): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(directory, name), text);
}

const decoded = (data: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, Buffer.from(value, "base64").toString()]),
  );

/** What the image runs by itself. */
function imageCommand(): string[] {
  const [, command = ""] =
    /^CMD (.+)$/m.exec(readFileSync(new URL("../../Dockerfile", import.meta.url), "utf8")) ?? [];
  return z.array(z.string()).parse(JSON.parse(command));
}

/** The account stands at a fixed path, which is this machine's own. */
const findAccountIn = (root: string): string => `
  import fs from "node:fs";
  import { syncBuiltinESMExports } from "node:module";
  const { readFileSync } = fs;
  fs.readFileSync = (path, ...rest) =>
    readFileSync(String(path).startsWith("${ACCOUNT}") ? "${root}" + path : path, ...rest);
  syncBuiltinESMExports();`;
