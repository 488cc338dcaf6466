/** The objects of a kustomize directory, as `kubectl apply -k` sends them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";

const Generated = z.strictObject({
  name: z.string(),
  files: z.array(z.string().regex(/^[^=]+=[^=]+$/)),
  // Its pods stay with the ConfigMap that they know, and take in what changes in it.
  options: z.strictObject({ disableNameSuffixHash: z.literal(true) }),
});

const Kustomization = z.strictObject({
  apiVersion: z.literal("kustomize.config.k8s.io/v1beta1"),
  kind: z.literal("Kustomization"),
  namespace: z.string().optional(),
  resources: z.array(z.string()),
  configMapGenerator: z.array(Generated).default([]),
  images: z.array(z.strictObject({ name: z.string(), newName: z.string(), newTag: z.string() })).default([]),
});

export interface DeployManifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  [field: string]: unknown;
}

export function manifests(directory: string) {
  const text = (name: string) => readFileSync(join(directory, name), "utf8");
  const { namespace, resources, configMapGenerator, images } = Kustomization.parse(
    parse(text("kustomization.yaml")),
  );
  const image = (key: unknown, value: unknown) => {
    const ours = key === "image" ? images.find(({ name }) => name === value) : undefined;
    return ours ? `${ours.newName}:${ours.newTag}` : value;
  };
  const written = resources.flatMap((name) =>
    parseAllDocuments(text(name)).map((document) => document.toJS({ reviver: image }) as DeployManifest),
  );
  const generated = configMapGenerator.map(({ name, files }): DeployManifest => {
    const data = files
      .map((one) => one.split("=") as [string, string])
      .map(([key, file]) => [key, text(file)]);
    return {
      ...{ apiVersion: "v1", kind: "ConfigMap" },
      metadata: { name, ...(namespace && { namespace }) },
      data: Object.fromEntries(data),
    };
  });
  return {
    namespace,
    objects: [...written, ...generated],
    images,
    /** Files of objects that nothing applies. */
    forgotten: readdirSync(directory).filter(
      (name) => name.endsWith(".yaml") && name !== "kustomization.yaml" && !resources.includes(name),
    ),
  };
}

/** Where the object stands. */
export function pathOf({ apiVersion, kind, metadata }: DeployManifest): string {
  const base = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  const plural = kind === "NetworkPolicy" ? "networkpolicies" : `${kind.toLowerCase()}s`;
  const within = metadata.namespace ? `/namespaces/${metadata.namespace}` : "";
  return `${base}${within}/${plural}/${metadata.name}`;
}
