/** Reads CHANGELOG.md, which follows https://keepachangelog.com/en/1.1.0/. */

const HEADING = /^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$/;
const KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

export interface Section {
  /** `Unreleased` for what is in no version yet. */
  version: string;
  /** As YYYY-MM-DD. */
  date: string | null;
  notes: string;
}

/** Newest first. Throws one sentence where the file does not follow that form. */
export function readSections(changelog: string): Section[] {
  const parts = changelog.split(/^(?=## )/m).filter((part) => part.startsWith("## "));
  const sections = parts.map((part) => {
    const end = part.indexOf("\n");
    const heading = part.slice(0, end);
    const [, version, date = null] = HEADING.exec(heading) ?? [];
    if (version === undefined || (date === null) !== (version === "Unreleased"))
      throw new Error(`CHANGELOG.md: "${heading}" must read ## [Unreleased], or ## [1.2.3] - 2026-11-25.`);
    return { version, date, notes: part.slice(end).trim() };
  });
  for (const { version, notes } of sections)
    for (const [, kind = ""] of notes.matchAll(/^### (.*)$/gm))
      if (!KINDS.includes(kind))
        throw new Error(`CHANGELOG.md: [${version}] says "${kind}"; say ${KINDS.join(", ")}.`);
  return sections;
}

/** What it says about one version. Throws one sentence that says what to do. */
export function readNotes(changelog: string, version: string): string {
  const notes = readSections(changelog).find((one) => one.version === version)?.notes;
  if (!notes)
    throw new Error(
      `CHANGELOG.md says nothing about ${version}: rename Unreleased to "## [${version}] - " and the day.`,
    );
  return notes;
}
