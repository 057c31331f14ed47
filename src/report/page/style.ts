/**
 * The page's style: light, dark and paper. Every text has a contrast of 4.5 and more, every mark of
 * 3 (WCAG 2.2).
 */
export const STYLE = `
:root{color-scheme:light dark;--paper:#f5f6f8;--card:#fff;--ink:#17202e;--soft:#566072;--line:#dde1e8;--accent:#0f5fc2;
--delivered:#0b7a6b;--failed:#c0352b;--pending:#a86200;--lost:#7a5aa8;--good:#0b6b3a;--average:#8a5200;--poor:#a8241b}
@media screen and (prefers-color-scheme:dark){:root{--paper:#101318;--card:#191e26;--ink:#e9edf3;--soft:#a3adbd;--line:#323a46;
--accent:#7db4ff;--delivered:#35b8a4;--failed:#f0786d;--pending:#e0a040;--lost:#b094dc;--good:#72d39b;--average:#f0bf6a;
--poor:#ff9d94}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{max-width:62rem;margin:0 auto;padding:2rem 1.25rem 3rem}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .25rem;letter-spacing:-.01em}
h2{font-size:1.15rem;line-height:1.3;margin:0 0 .35rem}
p{margin:.25rem 0 .75rem}.soft{color:var(--soft)}.verdict{font-size:1.15rem;margin:1rem 0 1.25rem;max-width:46rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.9rem;padding:1.25rem 1.4rem;margin:0 0 1.1rem}
section>:last-child{margin-bottom:0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.8rem;margin:0 0 1.1rem;padding:0;list-style:none}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:.9rem;padding:.85rem 1.1rem}
.tiles b{display:block;font-size:1.45rem;overflow-wrap:anywhere;line-height:1.25;font-variant-numeric:tabular-nums}
.tiles span{display:block;font-size:.88rem}
.good{color:var(--good)}.average{color:var(--average)}.poor{color:var(--poor)}
figure{margin:.5rem 0 .75rem}
figure svg{display:block;width:100%;height:auto;overflow:visible}
svg text{fill:var(--soft);font-size:12px;font-family:inherit}
svg .grid{stroke:var(--line);stroke-width:1}
svg .mark{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:5 4}svg .mark-name{fill:var(--ink)}
svg rect{stroke:var(--card);stroke-width:1}
svg .delivered,svg .step-good{fill:var(--delivered)}svg .failed,svg .step-poor{fill:var(--failed)}
svg .pending,svg .step-average{fill:var(--pending)}svg .lost{fill:var(--lost)}
svg .rate{fill:none;stroke:var(--accent);stroke-width:2.5;stroke-linejoin:round}svg .dot{fill:var(--accent)}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin:.25rem 0 .5rem;padding:0;list-style:none;font-size:.88rem}
.legend svg{width:.8rem;height:.8rem;margin-right:.4rem;vertical-align:-.05rem}
.scroll{overflow-x:auto;background:linear-gradient(to right,var(--card),var(--card)) 0 0/1.4rem 100% no-repeat local,
linear-gradient(to left,var(--card),var(--card)) 100% 0/1.4rem 100% no-repeat local,
linear-gradient(to right,var(--line),transparent) 0 0/.9rem 100% no-repeat scroll,
linear-gradient(to left,var(--line),transparent) 100% 0/.9rem 100% no-repeat scroll}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;color:var(--soft);font-size:.88rem;padding:0 0 .35rem}
th,td{text-align:left;padding:.42rem .9rem .42rem 0;border-bottom:1px solid var(--line);vertical-align:top;font-weight:400}
thead th{color:var(--soft);font-weight:600;font-size:.85rem}tbody th{font-weight:600}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:nowrap}
summary{cursor:pointer;color:var(--accent);font-size:.92rem}
details[open] summary{margin-bottom:.6rem}
summary:focus-visible,.scroll:focus-visible,figure:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:.2rem}
footer{color:var(--soft);font-size:.85rem;margin-top:1.5rem}
dl{margin:0;font-size:.92rem}dt{font-weight:600;margin-top:.5rem}dd{margin:0 0 .25rem}
@media screen and (max-width:40rem){section{padding:1.1rem 1rem}tbody th{white-space:nowrap}th,td{padding-right:.5rem}
svg text{font-size:25px}svg .label,svg .mark-name{transform:translateY(9px)}svg .minor{display:none}figure{margin:.9rem 0 1.2rem}
.stacked thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.stacked tr{display:grid;grid-template-columns:1fr auto;padding:.5rem 0;border-bottom:1px solid var(--line)}
.stacked th,.stacked td{border:0;padding:.05rem 0}.stacked td:empty{display:none}.stacked td:not(.number){grid-column:1/-1}}
@media print{body{background:#fff;font-size:10.5pt}main{max-width:none;padding:0}
section,.tiles li{border-color:#bbb;break-inside:avoid}section.long{break-inside:auto}tr{break-inside:avoid}thead{display:table-header-group}
.scroll{overflow:visible;background:none}svg rect,svg path,svg line{print-color-adjust:exact;-webkit-print-color-adjust:exact}
details::details-content{content-visibility:visible;block-size:auto}summary{color:inherit;list-style:none}}
`;
