/** Of two answers of a flow, the one that is to be looked at again first. */
import type { Later } from "../ports.ts";

export const sooner = (a: Later, b: Later): Later => (a && b ? (a.again < b.again ? a : b) : (a ?? b));
