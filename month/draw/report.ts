/** The month's report, which is Markdown, as a page. */
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import Markdown from "react-markdown";
import gfm from "remark-gfm";

export function reportPage(markdown: string): string {
  const body = renderToStaticMarkup(createElement(Markdown, { remarkPlugins: [gfm] }, markdown));
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><main>${body}</main>`;
}

const STYLE = `
body { margin: 0; background: #fff; font: 14px/1.5 "Inter Variable", Inter, "DejaVu Sans", "Noto Sans CJK SC", sans-serif; color: #1f2328; }
main { width: 1376px; padding: 24px 40px; }
h1 { font-size: 26px; border-bottom: 1px solid #d1d9e0; padding-bottom: 8px; }
h2 { font-size: 20px; border-bottom: 1px solid #d1d9e0; padding-bottom: 6px; margin-top: 28px; }
table { border-collapse: collapse; } td, th { border: 1px solid #d1d9e0; padding: 5px 11px; text-align: left; }
td:not(:last-child) { white-space: nowrap; }
tr:nth-child(2n) td { background: #f6f8fa; }
`;
