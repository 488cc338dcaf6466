/** Something was chosen in the form that asks for access: it is drawn anew, with what belongs to the choice. */
import { throwTrouble } from "../../outbound/trouble.ts";
import { readForm, requestForm } from "../../views/index.ts";
import { contextFor, type HandlerContext } from "../context.ts";
import type { FormChange } from "../payload.ts";
import { waitOut } from "../while-busy.ts";
import { completed, lookUpAsker } from "./open.ts";

/** Of each form that is being drawn anew, what was chosen last. */
const latest = new Map<string, FormChange>();

export async function handleFormChange(context: HandlerContext, change: FormChange): Promise<void> {
  const { viewId } = change;
  latest.set(viewId, change);
  try {
    await waitOut(context, async () => {
      if (latest.get(viewId) === change) await redraw(context, change);
    });
  } finally {
    if (latest.get(viewId) === change) latest.delete(viewId);
  }
}

async function redraw(context: HandlerContext, { user, viewId, view }: FormChange): Promise<void> {
  const { draft } = readForm(view, context.ports.policy.roles);
  const { standing: _, ...may } = await lookUpAsker(context, user);
  const drawn = requestForm(completed(draft, may), contextFor(context, user));
  await context.client.views.update({ view_id: viewId, view: drawn }).catch(throwTrouble);
}
