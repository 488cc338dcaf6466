/** Slack is made to show what the record says: missing messages are posted, older faces redrawn. */
import { type Face, type Slot, undrawn } from "../domain/faces.ts";
import type { RequestId } from "../domain/ids.ts";
import type { AccessRequest, Later, Ports, Sent } from "./ports.ts";

const BUSY = 200;

/** All but the token message, which belongs to whoever holds the request's lease. */
export async function syncMessages(ports: Ports, id: RequestId): Promise<Later> {
  const held = await ports.lease.hold(`draw-${id}`, async () => {
    const drawn = new Set<string>();
    for (;;) {
      const request = await ports.requests.get(id);
      const next =
        request && undrawn(request).find(([slot, face]) => slot !== "token" && !drawn.has(slot + face));
      if (!next) return;
      drawn.add(next[0] + next[1]);
      await drawOne(ports, request, ...next);
    }
  });
  return held ? undefined : { again: ports.clock.now() + BUSY };
}

/** The token message without a token, while the request's lease is held. A failure is left to the sweep. */
export async function redrawToken(ports: Ports, id: RequestId): Promise<void> {
  try {
    const request = await ports.requests.get(id);
    const face = request && undrawn(request).find(([slot]) => slot === "token")?.[1];
    if (face && face !== "token:shown") await drawOne(ports, request, "token", face);
  } catch (error) {
    ports.log.warn({ id, err: error }, "the token message could not be redrawn yet");
  }
}

async function drawOne(ports: Ports, request: AccessRequest, slot: Slot, face: Face): Promise<void> {
  const before = request.messages[slot];
  const sent = before
    ? await redrawn(ports, request, slot, face, before)
    : await ports.notifier.post(request, slot, face);
  await ports.requests.update(request.id, (r) => ({ ...r, messages: { ...r.messages, [slot]: sent } }));
}

async function redrawn(
  ports: Ports,
  request: AccessRequest,
  slot: Slot,
  face: Face,
  sent: Sent,
): Promise<Sent> {
  await ports.notifier.redraw(request, slot, face, sent);
  return { ...sent, face };
}
