/** Which objects of the hub the playground's bot made. */
import type { KubeObject } from "../../local/hub/types.ts";
import { INSTANCE } from "./config.ts";

export const isOurs = ({ metadata }: KubeObject): boolean =>
  metadata.labels?.["app.kubernetes.io/managed-by"] === "karpor-access" &&
  metadata.labels["karpor-access.io/instance"] === INSTANCE;
