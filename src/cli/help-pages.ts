import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A page of docs/ that travels with the package, as `postback help NAME` shows it. */
export interface HelpPage {
  /** The name of its file; with `-guide` where a command or a topic has that name. */
  name: string;
  title: string;
  /** Path from the root of the package, with `/`. */
  file: string;
}

/** Folders with pages for operators, from the root of the package. */
const FOLDERS = ['docs', 'docs/networks'];

/**
 * Lists the pages for operators. Empty where the package has no docs/.
 * @param root folder of the package
 * @param taken names of commands and topics
 */
export function listHelpPages(root: string, taken: ReadonlySet<string>): HelpPage[] {
  return FOLDERS.flatMap((folder) =>
    readNames(join(root, folder)).map((file): HelpPage => {
      const name = basename(file, '.md');
      const path = `${folder}/${file}`;
      return {
        name: taken.has(name) ? `${name}-guide` : name,
        title: readTitle(readHelpPage(root, path)) ?? name,
        file: path,
      };
    }),
  );
}

/** The text of a page. */
export function readHelpPage(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .sort();
  } catch {
    return [];
  }
}

function readTitle(text: string): string | undefined {
  return /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '');
}
