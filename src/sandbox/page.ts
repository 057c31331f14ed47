const STYLE = `
:root{color-scheme:light dark;--ink:#1c2330;--soft:#5b6472;--page:#f3f4f7;--card:#fff;--line:#dfe3ea;--accent:#0f766e;
--accent-ink:#fff;--note:#fff7e0;--note-ink:#6b4e00;--note-line:#f0dca0}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebf1;--soft:#9aa4b5;--page:#12151b;--card:#1b2029;--line:#303845;
--accent:#2dd4bf;--accent-ink:#06231f;--note:#2c2614;--note-ink:#f2d98a;--note-line:#51461f}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:34rem;margin:4vh auto;padding:0 1rem}main.wide{max-width:64rem;margin:3vh auto}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.6rem;margin:0 0 1.2rem;
box-shadow:0 1px 2px rgb(0 0 0/.05),0 12px 32px rgb(0 0 0/.06);overflow-x:auto}.card>:last-child{margin-bottom:0}
main:not(.wide) .card{overflow:visible}
h1{font-size:1.4rem;line-height:1.25;margin:0 0 .6rem}h2{font-size:1.05rem;margin:0 0 .6rem}p{margin:.4rem 0 .9rem}
.soft{color:var(--soft)}.note{background:var(--note);color:var(--note-ink);border:1px solid var(--note-line);
border-radius:10px;padding:.65rem .9rem;font-size:.92rem;margin:0 0 1.2rem}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
fieldset{border:0;margin:0 0 1.2rem;padding:0}legend{font-weight:600;padding:0;margin:0 0 .5rem}
label.pick{display:flex;gap:.7rem;align-items:baseline;border:1px solid var(--line);border-radius:10px;
padding:.55rem .8rem;margin:0 0 .45rem;cursor:pointer}input{accent-color:var(--accent)}
label.pick:has(input:checked){border-color:var(--accent);outline:1px solid var(--accent)}
.row{display:flex;gap:.7rem;flex-wrap:wrap;position:sticky;bottom:0;background:var(--card);padding:.7rem 0;margin:0 0 -.7rem}
button{font:inherit;font-weight:600;border-radius:10px;padding:.6rem 1.5rem;border:1px solid var(--line);cursor:pointer;
background:var(--card);color:var(--ink)}
button.main{background:var(--accent);border-color:var(--accent);color:var(--accent-ink)}
button:focus-visible,input:focus-visible,a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
a{color:var(--accent)}table{border-collapse:collapse;width:100%;margin:0 0 .8rem;font-size:.9rem}
th{text-align:left;color:var(--soft);font-weight:600}th,td{padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line);
vertical-align:top}.short{white-space:nowrap}td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.8rem;margin:0 0 1.2rem}
.tile{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:.9rem 1.1rem}
.tile b{display:block;font-size:1.7rem;line-height:1.2;font-variant-numeric:tabular-nums}
`;

/** Text made safe for HTML text and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A whole page around `body` (HTML): self-contained, light and dark, without script. */
export function renderPage(
  title: string,
  body: string,
  width: 'narrow' | 'wide' = 'narrow',
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main${width === 'wide' ? ' class="wide"' : ''}>
${body}
</main>
</body>
</html>
`;
}

/** Characters of a text that is not broken into lines. */
const SHORT_TEXT = 12;

/** A table of text cells; columns of numbers are set to the right. */
export function renderTable(
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const [first] = rows;
  if (!first) return '<p class="soft">Nothing yet.</p>';
  const cell = (tag: string, value: string | number, column: number): string => {
    const isNumber = typeof first[column] === 'number';
    const isShort = tag === 'td' && String(value).length <= SHORT_TEXT;
    const kind = isNumber ? 'number' : isShort ? 'short' : 'long';
    return `<${tag} class="${kind}">${escapeHtml(String(value))}</${tag}>`;
  };
  const line = (tag: string, row: readonly (string | number)[]): string =>
    `<tr>${row.map((value, column) => cell(tag, value, column)).join('')}</tr>`;
  const body = rows.map((row) => line('td', row)).join('\n');
  return `<table><thead>${line('th', heads)}</thead><tbody>${body}</tbody></table>`;
}
