/** Grants on the hub's stand-in: the same promises, wherever the tests run. */
import { systemClock } from "../../sandbox/clock.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import { grantsContract } from "./contract.ts";

grantsContract("grants on the local hub", () => startLocalHub({ clock: systemClock() }));
