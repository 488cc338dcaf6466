/** What everybody may ask for or decide changed: who opened their Home tab sees it soon. Never rejects. */
import { HOME_SETTLES_MS } from "../../domain/home.ts";
import type { Ports } from "../ports.ts";

export async function outdateHomes({ homes }: Pick<Ports, "homes">): Promise<void> {
  await homes.outdated(await homes.openers(), HOME_SETTLES_MS);
}
