/** Reads what tests need of a Markdown page: links, code blocks, headings, rows of tables. Not a Markdown parser. */

/** A link's target as written, and its line. */
export interface MarkdownLink {
  readonly target: string;
  readonly line: number;
}

/** Inline links outside of code blocks. */
export function linksOf(page: string): MarkdownLink[] {
  return withoutCode(page).flatMap((text, index) =>
    [...text.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target]) => ({
      target: target ?? '',
      line: index + 1,
    })),
  );
}

/** The anchors that a page's headings have, as GitHub makes them. */
export function anchorsOf(page: string): string[] {
  return withoutCode(page)
    .filter((line) => /^#{1,6} /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
}

/** The content of every fenced block of a language. */
export function codeBlocksOf(page: string, language: string): string[] {
  const found: string[] = [];
  let block: string[] | undefined;
  let wanted = false;
  for (const line of page.split('\n')) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) {
      block?.push(line);
    } else if (block === undefined) {
      block = [];
      wanted = fence[1] === language;
    } else {
      if (wanted) found.push(`${block.join('\n')}\n`);
      block = undefined;
    }
  }
  return found;
}

/** The page's lines, those of code blocks blank. */
export function withoutCode(page: string): string[] {
  let inside = false;
  return page.split('\n').map((line) => {
    const fence = line.startsWith('```');
    if (fence) inside = !inside;
    return fence || inside ? '' : line;
  });
}
