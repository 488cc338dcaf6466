/** What a person asked for since a day. */
import { DAY } from "../../../domain/duration.ts";
import { historyOf } from "../../../flow/trail/history.ts";
import { historyReply, PAGE_LOOKED_UP } from "../../views/index.ts";
import type { ShowPage } from "./index.ts";

export const historyPage: ShowPage = async ({ ports }, user, at) => {
  const { person = user, since = ports.clock.now() - 30 * DAY, after } = at;
  const asked = { by: user, person, since, skip: Number(after ?? 0), count: PAGE_LOOKED_UP };
  const { shown, total } = await historyOf(ports, asked);
  // The same list on every page.
  const list = { ...at, person, since };
  return (ctx) => historyReply({ items: shown, total, at: list }, { person, since }, ctx);
};
