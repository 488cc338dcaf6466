/** What the hub remembers for the instance: one reading serves all who ask within a second, until something is written. */
import type { Anchor, Anchored, Ports } from "../ports.ts";
import { type Recent, recently } from "./recent.ts";

export interface RecentAnchor extends Pick<Recent<Anchored | null>, "now" | "recent"> {
  /** Only what is named. False when somebody was faster since `from` was read. */
  write(what: Parameters<Anchor["write"]>[0], from: Anchored | null): Promise<boolean>;
}

export function recentAnchor(
  { clock, stopping }: Pick<Ports, "clock" | "stopping">,
  anchor: Anchor,
): RecentAnchor {
  const { now, recent, forget } = recently({ clock }, () => anchor.read(stopping));
  return {
    now,
    recent,
    write: async (what, from) => {
      const written = await anchor.write(what, from, stopping);
      forget();
      return written;
    },
  };
}
