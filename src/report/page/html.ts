/** Markup that is safe to print. */
export class Html {
  constructor(readonly text: string) {}
}

export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

/**
 * Markup with values filled in: texts are escaped, for text and for quoted attributes; markup and
 * lists of it are not.
 */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(parts.reduce((text, part, index) => text + textOf(values[index - 1]) + part));
}

function textOf(value: HtmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string')
    return value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return typeof value === 'number' ? String(value) : value.map(textOf).join('');
}
