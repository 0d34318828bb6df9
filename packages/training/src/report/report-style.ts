import { stateColours } from '@maskwatch/vision/draw-boxes';

const hex = (state: keyof typeof stateColours): string =>
  `#${stateColours[state].map((value) => value.toString(16).padStart(2, '0')).join('')}`;

/** All that a report looks like: light and dark, on a telephone, a desk and paper. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --ground: #f5f7f8; --surface: #fff; --raised: #eef2f4; --text: #17212a; --muted: #55636f; --rule: #d5dde2; --grid: #e6ebee;
  --mask: ${hex('mask')}; --no-mask: ${hex('no_mask')}; --incorrect: ${hex('incorrect')}; --unknown: ${hex('unknown')};
  --mask-line: #007d5b; --no-mask-line: #c25500; --incorrect-line: #8f8300; --unknown-line: #737373;
  --number-1: #0068a4; --number-2: #c25500; --number-3: #007d5b; --number-4: #a8487f; --number-5: #8a6a00; --number-6: #3f4a54;
  --wrong: #b3261e;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #0f151a; --surface: #172027; --raised: #202b33; --text: #e8eef2; --muted: #9fb0bc; --rule: #2d3a44; --grid: #243039;
    --mask-line: #19c398; --no-mask-line: #ff8a3d; --incorrect-line: #f0e442; --unknown-line: #b5b5b5;
    --number-1: #62b8ec; --number-2: #ff8a3d; --number-3: #19c398; --number-4: #e39ac2; --number-5: #e8b32c; --number-6: #c3ced8;
    --wrong: #ff7a70;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; background: var(--ground); color: var(--text); -webkit-text-size-adjust: 100%; }
body { max-width: 84rem; margin: 0 auto; padding: clamp(1rem, 3vw, 2.5rem); }
header { margin-bottom: 1.75rem; }
h1 { margin: 0 0 0.5rem; font-size: clamp(1.5rem, 1.2rem + 1.4vw, 2.1rem); line-height: 1.2; letter-spacing: -0.015em; overflow-wrap: anywhere; text-wrap: balance; }
.lead { max-width: 46rem; margin: 0; font-size: 1.125rem; color: var(--muted); text-wrap: pretty; }
nav ol { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; margin: 1rem 0 0; padding: 0; list-style: none; font-size: 0.9375rem; }
a { color: var(--number-1); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
main { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; }
section { min-width: 0; padding: 1.1rem 1.25rem 1.25rem; border: 1px solid var(--rule); border-radius: 10px; background: var(--surface); scroll-margin-top: 1rem; }
section.whole { grid-column: 1 / -1; }
h2 { margin: 0 0 0.25rem; font-size: 1.0625rem; line-height: 1.35; letter-spacing: -0.005em; }
.note { max-width: 46rem; margin: 0 0 0.75rem; font-size: 0.875rem; color: var(--muted); text-wrap: pretty; }
.scroll + .note { margin: 0.6rem 0 0; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 0.75rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: baseline; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-size: 0.8125rem; font-weight: 600; }
tbody th { font-weight: 500; }
tbody tr:last-child > * { border-bottom: 0; }
.tall { max-height: 34rem; overflow: auto; }
.tall thead th { position: sticky; top: 0; background: var(--surface); box-shadow: inset 0 -1px var(--rule); }
.figure { text-align: right; white-space: nowrap; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: 0 2.5rem; margin: 0.5rem 0 0; font-size: 0.9375rem; }
.facts > div { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 0.75rem; padding: 0.35rem 0; border-top: 1px solid var(--rule); }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.plot { margin: 0.5rem 0 0; }
.whole > .plot { max-width: 60rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.15rem 1.1rem; margin: 0 0 0.6rem; padding: 0; list-style: none; font-size: 0.875rem; }
.legend li { display: flex; align-items: center; gap: 0.45rem; }
.y-label, .x-label { margin: 0; font-size: 0.8125rem; color: var(--muted); }
.y-label { margin-bottom: 0.45rem; }
.x-label { margin-top: 1.75rem; padding-left: 3rem; text-align: center; }
.area { position: relative; height: clamp(13rem, 30vw, 18rem); margin-left: 3rem; margin-right: 0.6rem; }
.area svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.area span { position: absolute; font-size: 0.8125rem; line-height: 1; color: var(--muted); font-variant-numeric: tabular-nums; white-space: nowrap; }
.x-tick { top: calc(100% + 0.5rem); transform: translateX(-50%); }
.y-tick { right: calc(100% + 0.5rem); transform: translateY(50%); }
.grid line { stroke: var(--grid); vector-effect: non-scaling-stroke; }
.marks line { stroke: var(--muted); stroke-dasharray: 3 3; vector-effect: non-scaling-stroke; }
.line { fill: none; stroke: var(--look); stroke-width: 2; stroke-linejoin: round; }
.line > * { vector-effect: non-scaling-stroke; }
.line .dot { stroke-width: 6; stroke-linecap: round; }
.line.aid { --look: var(--muted); stroke-width: 1.25; }
.line.of-mask { --look: var(--mask-line); } .line.of-no_mask { --look: var(--no-mask-line); }
.line.of-incorrect { --look: var(--incorrect-line); } .line.of-unknown { --look: var(--unknown-line); }
${[1, 2, 3, 4, 5, 6].map((n) => `.line.number-${n} { --look: var(--number-${n}); }`).join(' ')}
details { margin-top: 0.75rem; font-size: 0.875rem; }
summary { color: var(--muted); cursor: pointer; }
details .scroll { max-height: 20rem; margin-top: 0.5rem; overflow: auto; }
.matrix { width: auto; min-width: min(100%, 24rem); margin-top: 0.5rem; border-collapse: separate; border-spacing: 3px; }
.matrix th, .matrix td { padding: 0.35rem 0.7rem; border: 0; white-space: nowrap; }
.matrix thead th { text-align: center; }
.matrix .over { border-bottom: 1px solid var(--rule); }
.matrix .corner { padding-left: 0; color: var(--muted); font-size: 0.8125rem; font-weight: 600; vertical-align: bottom; }
.matrix tbody th { padding-left: 0; vertical-align: middle; }
.matrix thead .total { vertical-align: bottom; font-size: 0.8125rem; font-weight: 600; }
.matrix tbody td { min-width: 5.25rem; border: 2px solid transparent; border-radius: 6px; text-align: center; }
.matrix td b, .matrix td small { display: block; line-height: 1.3; }
.matrix td small { font-size: 0.8125rem; }
.matrix td.right { border-color: var(--mask-line); background: color-mix(in srgb, var(--mask) var(--tint), var(--raised)); }
.matrix td.false { background: color-mix(in srgb, var(--no-mask) var(--tint), var(--raised)); }
.matrix .total { min-width: 0; color: var(--muted); text-align: right; vertical-align: middle; }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.25rem, 1fr)); gap: 0.75rem; margin: 0.6rem 0 0; padding: 0; list-style: none; }
.tile { display: flex; flex-direction: column; overflow: hidden; border: 1px solid var(--rule); border-radius: 8px; font-size: 0.8125rem; line-height: 1.35; }
.tile p { margin: 0; padding: 0.35rem 0.55rem 0.5rem; overflow-wrap: anywhere; }
.picture { position: relative; aspect-ratio: 1; background: var(--raised); }
.picture img { display: block; width: 100%; height: 100%; object-fit: contain; }
.state { display: flex; align-items: center; gap: 0.35rem; padding: 0.2rem 0.5rem; border-top: 3px solid var(--look); background: var(--look); color: #000; font-weight: 600; }
.state svg { fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; flex: none; }
.state ~ p { padding-top: 0.35rem; }
.tile.of-mask { --look: var(--mask); } .tile.of-no_mask { --look: var(--no-mask); }
.tile.of-incorrect { --look: var(--incorrect); } .tile.of-unknown { --look: var(--unknown); }
.of-no_mask .state { border-top-style: double; border-top-color: #000; }
.of-incorrect .state { border-top-style: dashed; border-top-color: #000; }
.of-unknown .state { border-top-style: dotted; border-top-color: #000; }
.tile.wrong { border-color: var(--wrong); outline: 2px solid var(--wrong); }
.verdict { position: absolute; top: 0.4rem; left: 0.4rem; padding: 0.05rem 0.45rem; border-radius: 4px; background: #b3261e; color: #fff; font-size: 0.75rem; }
@media (max-width: 56rem) { main { grid-template-columns: minmax(0, 1fr); } section { grid-column: 1 / -1; } }
@media (max-width: 30rem) {
  section { padding: 0.9rem 0.9rem 1rem; }
  .sheet { grid-template-columns: repeat(auto-fill, minmax(5.75rem, 1fr)); gap: 0.5rem; }
  .matrix { font-size: 0.8125rem; border-spacing: 2px; }
  .matrix th, .matrix td { padding: 0.25rem; }
  .matrix thead th, .matrix thead td.corner, .matrix thead td.total { font-size: 0.75rem; white-space: normal; }
  .matrix tbody td { min-width: 0; }
}
@media print {
  @page { margin: 14mm; }
  :root { color-scheme: light; --ground: #fff; --surface: #fff; }
  html { font-size: 11px; }
  body { max-width: none; padding: 0; }
  nav, details { display: none; }
  .tall { max-height: none; overflow: visible; }
  section, .tile, .plot { break-inside: avoid; }
  section:has(.sheet), section:has(table) { break-inside: auto; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
