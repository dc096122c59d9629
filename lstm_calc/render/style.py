"""How the page of :mod:`lstm_calc.render.as_html` looks: light and dark, wide and narrow, on a screen and on paper."""

DRAWING = """
.drawing { color-scheme: light dark; }
.drawing text { font: 13px system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; text-anchor: middle; fill: #1f2733; }
.drawing .name { font-weight: 600; } .drawing .label { font-size: 12px; fill: #5a6472; }
.drawing .letter { font-style: italic; } .drawing .below { font-size: 75%; }
.drawing .caption { font-size: 14px; font-weight: 600; text-anchor: start; } .drawing .paper { fill: #fff; }
.drawing .wire { fill: none; stroke: #7d8896; stroke-width: 1.5; } .drawing .tip { fill: #7d8896; }
.drawing .layer, .drawing .shared, .drawing .end, .drawing .operation { fill: #f4f6f9; stroke: #5a6472; }
.drawing .shared { stroke-dasharray: 5 3; } .drawing .operation { fill: #dbe7fb; stroke: #3f6cb0; }
@media screen and (prefers-color-scheme: dark) {
  .drawing text { fill: #e6eaf0; } .drawing .label { fill: #a0aab6; } .drawing .paper { fill: #12161c; }
  .drawing .wire { stroke: #8a95a3; } .drawing .tip { fill: #8a95a3; }
  .drawing .layer, .drawing .shared, .drawing .end, .drawing .operation { fill: #20262e; stroke: #a0aab6; }
  .drawing .operation { fill: #24406b; stroke: #7fa6e0; }
}
"""
"""How a drawing looks, alone or on a page; plain colours, as programs that place pictures know no variables."""

STYLE = """
:root {
  color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; print-color-adjust: exact; -webkit-text-size-adjust: 100%;
  --bar: #a3c4f3; --over: #f2a590; --line: #d5dae1; --box: #f4f6f9; --quiet: #5a6472; --alarm: #b3261e;
}
@media screen and (prefers-color-scheme: dark) {
  :root { --bar: #31598f; --over: #96452c; --line: #3b434e; --box: #20262e; --quiet: #a0aab6; --alarm: #ff8a7a; }
}
body { margin: 2rem auto; padding: 0 1rem; box-sizing: border-box; width: fit-content; max-width: min(100%, 76rem); }
body { overflow-wrap: anywhere; }
h1, h2, h3, p, ul { max-width: 50rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin-top: 1.5rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; border-block: 1px solid var(--line); padding: .5rem 0; }
.wide, figure { overflow-x: auto; margin: 1rem 0; background: no-repeat right / 2rem 100% local, no-repeat right / .8rem 100%; }
.wide, figure { background-image: linear-gradient(to left, Canvas 50%, #0000), linear-gradient(to left, var(--line), #0000); }
table { border-collapse: collapse; }
th, td { padding: .25rem .75rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
thead th { vertical-align: bottom; border-bottom: 1px solid; } tr.sum td { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.share { --full: 6rem; padding-left: calc(var(--full) + 1.25rem); }
td.share { background: linear-gradient(var(--bar) 0 0) no-repeat .75rem 50% / calc(var(--full) * var(--length)) .7em; }
.facts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; }
.facts div { border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .8rem; background: var(--box); }
.facts .over { border-color: var(--alarm); } .facts .over dd, td.over { color: var(--alarm); font-weight: 600; }
.facts dt { font-size: .85rem; color: var(--quiet); }
.facts dd { margin: 0; font-size: 1.1rem; font-weight: 600; font-variant-numeric: tabular-nums; }
figure svg { display: block; max-width: 100%; height: auto; }
figcaption { font-size: .85rem; color: var(--quiet); position: sticky; left: 0; }
.formula { margin: .25rem 0 .25rem 2rem; padding-bottom: .2rem; overflow: auto hidden; }
@media screen and (max-width: 60rem) {
  table { font-size: .8rem; } th, td { padding-inline: .4rem; }
}
@media screen and (max-width: 36rem) {
  td.share { --full: 2rem; } .gives-way, table:has(.share) .shape { display: none; } th.share, td.share { display: table-cell; }
  td { white-space: normal; overflow-wrap: break-word; } td.long { overflow-wrap: anywhere; min-width: 4.8rem; }
  td.number, td.shape, td:first-child { white-space: nowrap; } th, td { padding-inline: .25rem; }
}
@media print {
  :root { font-size: 9pt; } body { margin: 0; padding: 0; } nav { display: none; }
  .wide, figure { overflow: visible; background: none; } table { font-size: 7.5pt; }
  td { white-space: normal; } th { white-space: normal; overflow-wrap: normal; } th, td { padding: .15rem .4rem; }
  td.number, td:first-child { white-space: nowrap; } td.share { --full: 4rem; }
  h1, h2, h3, p:has(+ .wide) { break-after: avoid; } tr, .facts, figure { break-inside: avoid; }
}
"""
