/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How an exporter's pages for people look: light or dark as the reader has it, on any width. */
#ifndef VMCLOCK_TRACE_EXPORTER_LANDING_STYLE_H
#define VMCLOCK_TRACE_EXPORTER_LANDING_STYLE_H

#include "show/html_palette.h"

static const char landing_style[] = HTML_PALETTE
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;padding:1rem;max-width:60rem;background:var(--back);"
	"color:var(--front);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\n"
	"h1{font-size:1.1rem;font-weight:600;margin:0 0 .8rem;color:var(--soft)}"
	"h2{font-size:1.05rem;margin:1.8rem 0 .6rem;border-bottom:1px solid var(--line)}\n"
	"a{color:var(--info)}p{margin:.3rem 0}code{font-size:.9em;background:var(--card);"
	"padding:.1rem .3rem;border:1px solid var(--line)}\n"
	".ok{color:var(--ok)}.warning{color:var(--warning)}.critical{color:var(--critical)}"
	".info,.unknown{color:var(--soft)}.soft{color:var(--soft)}\n"
	".mark{width:1.05em;height:1.05em;vertical-align:-.15em;flex:none;fill:none}"
	".mark path{stroke:var(--back);stroke-width:3;fill:none}"
	".mark .solid{fill:currentColor;stroke:none}.mark .thin{stroke-width:2.2}\n"
	".verdict{display:flex;gap:1rem;padding:1rem;border:2px solid currentColor;"
	"border-left-width:10px;background:var(--card)}"
	".verdict.unknown{border-style:dashed}"
	".verdict.red,.red>.mark,.verdict.red .level{color:var(--critical)}"
	".verdict>.mark{width:2.6rem;height:2.6rem}.verdict>div{min-width:0}"
	".verdict p{color:var(--front)}.verdict strong{display:block;font-size:1.35rem;"
	"line-height:1.25;color:var(--front)}"
	".verdict code{display:block;width:fit-content;max-width:100%;margin:.3rem 0}"
	".verdict .level{font-weight:700;letter-spacing:.06em;margin:0;color:inherit}\n"
	".clocks{display:grid;gap:.8rem;"
	"grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr))}"
	".clock{padding:.7rem .9rem;background:var(--card);border-top:4px solid currentColor;"
	"min-width:0}.clock>*{color:var(--front)}.clock h3{margin:0;font-size:.95rem}"
	".clock .off{font-size:1.2rem;font-weight:600;margin:0}.clock .soft{color:var(--soft);"
	"font-size:.85rem;margin:0}\n"
	".plot{display:block;width:100%;height:3.2rem;margin:.5rem 0 .2rem;background:var(--back)}"
	".plot path{vector-effect:non-scaling-stroke}.zero{stroke:var(--soft);fill:none;"
	"stroke-dasharray:3 3}.bars{fill:var(--c0)}.clock.critical .bars{fill:var(--critical)}"
	"rect.unknown{fill:url(#hatch)}#hatch path{stroke:var(--soft);fill:none}\n"
	"ol{list-style:none;padding:0;margin:0}li.finding{padding:.5rem 0;"
	"border-top:1px solid var(--line)}li.finding:first-child{border:0}"
	"li.finding>p{color:var(--front);margin:.1rem 0 0}li.finding .soft{white-space:nowrap}\n"
	"dl{display:grid;grid-template-columns:fit-content(38%) 1fr;gap:.25rem 1rem;margin:0;"
	"font-size:.93rem}dt{color:var(--soft)}dd{margin:0;min-width:0}\n"
	"footer{margin-top:1.8rem;padding-top:.5rem;border-top:1px solid var(--line);"
	"font-size:.85rem}footer code{white-space:nowrap}\n";

#endif
