/** A list that one grant was ended from: replaced by what was done, with what is left still at hand. */
import type { AccessRequest } from "../../../domain/request.ts";
import { doneReply, type Message, type ViewContext } from "../../views/index.ts";
import type { Reply } from "../reply.ts";

export async function endedInList(
  replace: boolean,
  request: AccessRequest,
  others: () => Promise<AccessRequest[]>,
  draw: (left: AccessRequest[], ctx: ViewContext) => Message,
): Promise<Reply | undefined> {
  if (!replace) return undefined;
  // It is ended already: a list that cannot be read is left out.
  const left = (await others().catch(() => [])).filter(({ id }) => id !== request.id);
  return (ctx: ViewContext): Message => {
    const first = doneReply("ending", request, ctx);
    return left.length === 0 ? first : { ...first, blocks: [...first.blocks, ...draw(left, ctx).blocks] };
  };
}
