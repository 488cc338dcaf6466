/** Grants on the hub's stand-in: the same promises, wherever the tests run. */
import { systemClock } from "../../local/clock.ts";
import { startLocalHub } from "../../local/hub/index.ts";
import { grantsContract } from "./contract.ts";

grantsContract("grants on the local hub", () => startLocalHub({ clock: systemClock() }));
