/** A process that plays the sequences it is told to, and tells how each ended; it ends with whoever started it. */
import { openCampaign } from "./campaign.ts";

const [seed, lanes] = process.argv.slice(2).map(Number) as [number, number];

process.once("disconnect", () => process.exit());
const campaign = await openCampaign({ seed, lanes });
process.on("message", async (index: number) => process.send?.(await campaign.play(index)));
