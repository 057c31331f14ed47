import { html, type Html, type HtmlValue } from './html.js';

export interface TableColumn {
  head: string;
  /** Set to the right, digits under digits. */
  isNumber?: boolean;
  /** Sentences: on a narrow screen, the cells of a row stand below each other. */
  isText?: boolean;
}

/**
 * A table whose first column names the row. On a narrow screen it scrolls by itself, with the
 * keyboard too.
 */
export function renderTable(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly HtmlValue[])[],
): Html {
  const classOf = (column: number): Html =>
    columns[column]?.isNumber ? html` class="number"` : html``;
  const head = columns.map(
    ({ head: text }, index) => html`<th scope="col" ${classOf(index)}>${text}</th>`,
  );
  const body = rows.map(
    ([name, ...cells]) =>
      html`<tr>
        <th scope="row">${name}</th>
        ${cells.map((cell, index) => html`<td${classOf(index + 1)}>${cell}</td>`)}
      </tr>`,
  );
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
    <table class="${columns.some(({ isText }) => isText) ? 'stacked' : 'plain'}">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}
