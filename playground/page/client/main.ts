/** The page: two Slacks side by side, the tools beside them, and the clock above. */

import { ask } from "./ask.ts";
import { createClock } from "./clock.ts";
import { createFrame } from "./frame.ts";
import { t } from "./language.ts";
import { createPane } from "./pane.ts";
import { createProof } from "./proof.ts";
import { createScenarioList } from "./scenarios.ts";
import { createScenes } from "./scenes.ts";
import { createDashboardPanel } from "./session.ts";
import { createStartOver } from "./start-over.ts";
import { listenToServer } from "./state.ts";
import { createTabs } from "./tabs.ts";
import { createTour } from "./tour.ts";

const APPROVALS = "C0APPROVALS";

const panes = { left: createPane("left", "dm"), right: createPane("right", APPROVALS) };
const panels = createTabs();
createDashboardPanel(panels.dashboard);
createScenes(panels.scenes);
createProof(panels.proof);
createScenarioList(panels.break);
createClock();
createStartOver();
createTour(panes);

createFrame();
await ask("greet", { language: t("en", "zh") });
listenToServer();
