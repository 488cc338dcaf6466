/** The page: two Slacks side by side, the tools beside them, and the clock above. */

import { createClock } from "./clock.ts";
import { createDashboardPanel } from "./dashboard.ts";
import { byId, h } from "./dom.ts";
import { createPane } from "./pane.ts";
import { createProof } from "./proof.ts";
import { recall } from "./remember.ts";
import { createScenarioList } from "./scenarios.ts";
import { createScenes } from "./scenes.ts";
import { createStartOver } from "./start-over.ts";
import { listenToServer, on, parts } from "./state.ts";
import { COLUMNS, type Column, createTabs, openDashboard, showColumn } from "./tabs.ts";
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

const WORDS: Record<Column, string> = { left: "Requester", right: "Approver", tools: "Karpor & more" };
for (const column of COLUMNS) {
  const go = () => showColumn(column);
  byId("switch").append(h("button", { type: "button", "data-column": column, onclick: go }, WORDS[column]));
}
showColumn(COLUMNS.find((column) => column === recall("column")) ?? "left");
on("facts", () => {
  byId("says").textContent = parts.facts?.says ?? "";
});
if (location.pathname.startsWith("/karpor")) openDashboard();
listenToServer();
