/** What others have, for whoever may see it, each with a button that ends it where the reader may. */
import type { SectionBlock } from "@slack/types";
import type { RequestId } from "../../domain/ids.ts";
import { displayStatus } from "../../domain/lifecycle.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { dotted, section } from "./blocks.ts";
import { endButton } from "./buttons.ts";
import type { Message, ViewContext } from "./context.ts";
import { type Paged, pageOf } from "./pages.ts";
import { factsOf, message, type Renderer, rendererOf } from "./renderer.ts";
import { lateUse } from "./use.ts";

export interface ActiveOne {
  request: AccessRequest;
  /** Its place in the list. */
  place: string;
}

export function activeReply(
  list: Paged<ActiveOne>,
  endable: ReadonlySet<RequestId>,
  ctx: ViewContext,
): Message {
  const p = rendererOf(ctx);
  const { blocks, place } = pageOf(
    p,
    list,
    ({ request }) => [drawActive(p, request, endable.has(request.id))],
    (one) => one.place,
  );
  const { role, person } = list.at;
  const total = list.total ?? list.items.length;
  return message(p, (fmt) => p.words.lists.active.head({ total, role, person, hub: p.hub }, fmt), blocks, [
    ...place,
    p.words.lists.active.how(p.rich),
  ]);
}

export const drawActive = (p: Renderer, r: AccessRequest, mayEnd: boolean): SectionBlock =>
  section(
    dotted([p.words.card[displayStatus(r) ?? "active"](factsOf(p, r), p.rich), ...lateUse(p, r), r.id]),
    mayEnd ? endButton(p, r) : undefined,
  );
