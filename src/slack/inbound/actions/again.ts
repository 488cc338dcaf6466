/** Ask again: the same role, time and reason as a request of one's own. */
import { formatDuration } from "../../../domain/duration.ts";
import { Refused } from "../../../domain/refusal.ts";
import { ask } from "../../../flow/request.ts";
import { load } from "../../../flow/support/load.ts";
import { asked } from "../../views/index.ts";
import { asker } from "../context.ts";
import type { Action } from "./index.ts";
import { about } from "./target.ts";

export const again: Action = async (desk, click) => {
  const { id } = about(click);
  const earlier = await load(desk.ports, id);
  if (earlier.requester.id !== click.user) throw new Refused({ kind: "not-yours", id });
  const text = `${earlier.role} ${formatDuration(earlier.duration)} ${earlier.reason}`;
  const requester = asker(desk, click.user, click.name);
  const request = await ask(desk.ports, { requester, text, triggerId: click.triggerId });
  return { words: (ctx) => asked(request, ctx), replace: click.ephemeral };
};
