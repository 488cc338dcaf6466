/** Somebody opened their Home tab: it is drawn, and kept up for a day. */
import { z } from "zod";
import { UserId } from "../../../domain/ids.ts";
import { drawHome } from "../../../flow/seen/home.ts";
import type { EventHandler } from "./index.ts";

const Opened = z.object({
  user: UserId,
  /** The same event tells of the tab with the messages. */
  tab: z.string(),
  /** What stands there; nothing the first time. */
  view: z.object({ hash: z.string() }).optional(),
});

export const homeOpened: EventHandler = async ({ ports }, event) => {
  const { user, tab, view } = Opened.parse(event);
  if (tab !== "home") return;
  await ports.homes.opened(user);
  await drawHome(ports, user, { waits: true, standing: view?.hash ?? null });
};
