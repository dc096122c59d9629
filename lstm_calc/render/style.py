"""How the page of :mod:`lstm_calc.render.as_html` looks: light and dark, wide and narrow, on a screen and on paper."""

STYLE = """
:root {
  color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; print-color-adjust: exact; -webkit-text-size-adjust: 100%;
  --bar: #a3c4f3; --over: #f2a590; --line: #d5dae1; --box: #f4f6f9; --quiet: #5a6472;
}
@media screen and (prefers-color-scheme: dark) {
  :root { --bar: #31598f; --over: #96452c; --line: #3b434e; --box: #20262e; --quiet: #a0aab6; }
}
body { margin: 2rem auto; padding: 0 1rem; box-sizing: border-box; width: fit-content; max-width: min(100%, 76rem); }
body { overflow-wrap: anywhere; }
h1, h2, h3, p, ul { max-width: 50rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin-top: 1.5rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; border-block: 1px solid var(--line); padding: .5rem 0; }
.wide { overflow-x: auto; margin: 1rem 0; background: no-repeat right / 2rem 100% local, no-repeat right / .8rem 100%; }
.wide { background-image: linear-gradient(to left, Canvas 50%, transparent), linear-gradient(to left, var(--line), transparent); }
table { border-collapse: collapse; }
th, td { padding: .25rem .75rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
thead th { vertical-align: bottom; border-bottom: 1px solid; } tr.sum td { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.share { --full: 6rem; padding-left: calc(var(--full) + 1.25rem); }
td.share { background: linear-gradient(var(--bar) 0 0) no-repeat .75rem 50% / calc(var(--full) * var(--length)) .7em; }
.facts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; }
.facts div { border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .8rem; background: var(--box); }
.facts dt { font-size: .85rem; color: var(--quiet); }
.facts dd { margin: 0; font-size: 1.1rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.graph { list-style: none; display: flex; flex-wrap: wrap; row-gap: .75rem; padding: 0; }
.graph li { display: flex; align-items: center; max-width: 100%; }
.box { border: 1px solid var(--quiet); border-radius: .4rem; padding: .3rem .8rem; background: var(--box); text-align: center; }
.end .box { border-radius: 2rem; } .box span, .flow span { display: block; }
.box span:first-child { font-weight: 600; }
.flow { position: relative; font-size: .8rem; color: var(--quiet); text-align: center; }
.flow { border-bottom: 2px solid; padding: 0 1.1rem 0 .6rem; margin-bottom: 1.2rem; }
.flow::after { content: ""; position: absolute; right: 0; bottom: -6px; border: 5px solid transparent; border-right: 0; }
.flow::after { border-left: 9px solid; }
.apart, li + li > .box:first-child { margin-left: 1rem; }
.formula { margin: .25rem 0 .25rem 2rem; padding-bottom: .2rem; overflow: auto hidden; }
@media screen and (max-width: 60rem) {
  table { font-size: .8rem; } th, td { padding-inline: .4rem; }
}
@media screen and (max-width: 36rem) {
  .graph, .graph li { flex-direction: column; align-items: flex-start; row-gap: 0; }
  .flow { border-bottom: 0; border-left: 2px solid; padding: .3rem .6rem .8rem; margin: 0 0 0 2rem; text-align: left; }
  .apart, li + li > .box:first-child { margin-top: .75rem; } li + li > .box:first-child { margin-left: 0; }
  .flow::after { left: -6px; right: auto; bottom: 0; border: 5px solid transparent; border-bottom: 0; border-top: 9px solid; }
  td.share { --full: 3rem; }
}
@media print {
  :root { font-size: 9pt; } body { margin: 0; padding: 0; } nav { display: none; }
  .wide { overflow: visible; background: none; } table { font-size: 7.5pt; }
  td { white-space: normal; } th { white-space: normal; overflow-wrap: normal; } th, td { padding: .15rem .4rem; }
  td.number, td:first-child { white-space: nowrap; } td.share { --full: 4rem; }
  h1, h2, h3, p:has(+ .wide) { break-after: avoid; } tr, .facts, .graph li { break-inside: avoid; }
}
"""
