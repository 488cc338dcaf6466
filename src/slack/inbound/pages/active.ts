/** What others have. */
import { RequestId } from "../../../domain/ids.ts";
import { usesOf } from "../../../flow/evidence/uses.ts";
import type { Cursor } from "../../../flow/ports.ts";
import { activeGrants } from "../../../flow/seen/all-active.ts";
import { activeReply, PAGE_LOOKED_UP } from "../../views/index.ts";
import type { ShowPage } from "./index.ts";

export const activePage: ShowPage = async ({ ports }, user, at) => {
  const { role, person, after } = at;
  const asked = { by: user, role, person, after: readCursor(after), count: PAGE_LOOKED_UP };
  const { shown, total, endable } = await activeGrants(ports, asked);
  const items = shown.map(({ request, at: { at: time, id } }) => ({ request, place: `${time}:${id}` }));
  const uses = await usesOf(
    ports,
    shown.map(({ request }) => request),
  );
  return (ctx) => activeReply({ items, total, at }, endable, { ...ctx, uses });
};

function readCursor(text = ""): Cursor | undefined {
  const [time, name] = text.split(":");
  const id = RequestId.safeParse(name).data;
  return id ? { at: Number(time), id } : undefined;
}
