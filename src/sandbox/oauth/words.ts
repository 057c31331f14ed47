/** Puts values in the place of their names in braces: `Invalid Scopes: {value}.` */
export function fillWords(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (braces, name: string) => values[name] ?? braces);
}
