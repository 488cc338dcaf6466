/** The page: two Slacks side by side, the tools beside them, and the clock above. */

import { createClock } from "./clock.ts";
import { createDashboardPanel } from "./dashboard.ts";
import { byId, h } from "./dom.ts";
import { createPane } from "./pane.ts";
import { createProof } from "./proof.ts";
import { createScenarioList } from "./scenarios.ts";
import { createScenes } from "./scenes.ts";
import { listenToServer, on, parts } from "./state.ts";
import { createTabs, openDashboard, showColumn } from "./tabs.ts";
import { createTour } from "./tour.ts";

const APPROVALS = "C0APPROVALS";

const left = createPane("left", "dm");
createPane("right", APPROVALS);
const panels = createTabs();
createDashboardPanel(panels.dashboard);
createScenes(panels.scenes);
createProof(panels.proof);
createScenarioList(panels.break);
createClock();
createTour(left);

const columns = { left: "Requester", right: "Approver", tools: "Dashboard & more" } as const;
for (const [column, words] of Object.entries(columns)) {
  const go = () => showColumn(column as keyof typeof columns);
  byId("switch").append(h("button", { type: "button", "data-column": column, onclick: go }, words));
}
showColumn("left");
on("facts", () => {
  byId("says").textContent = parts.facts?.says ?? "";
});
if (location.pathname.startsWith("/karpor")) openDashboard();
listenToServer();
