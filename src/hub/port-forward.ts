/** A local address that leads to a Service's pod, as `kubectl port-forward` does. */
import type { Logger } from "pino";
import type { PortForward } from "./settings.ts";

export interface Forward {
  /** https, on this machine only. */
  server: string;
  close(): Promise<void>;
}

export async function openPortForward(_to: PortForward, _means: { log: Logger }): Promise<Forward> {
  throw new Error("hub.portForward is being built.");
}
