import { convergence } from "./shard.ts";

convergence(0);
