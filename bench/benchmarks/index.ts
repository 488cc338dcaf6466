/** The measures, in the order of the table. A new one: a file, and a line here. */

import type { World } from "../context.ts";
import type { Row } from "../table.ts";
import { acknowledge } from "./acknowledge.ts";
import { approve } from "./approve.ts";
import { grants } from "./grants.ts";
import { kubectl } from "./kubectl.ts";
import { start } from "./start.ts";
import { sweep } from "./sweep.ts";

export interface MeasureOptions {
  /** Also what takes many minutes. */
  large: boolean;
}

export type Measure = (world: World, options: MeasureOptions) => Promise<Row[]>;

export const MEASURES: Record<string, Measure> = { approve, kubectl, acknowledge, grants, sweep, start };
