/** Reads a chart back: the places of what is drawn, and whether it is well-formed. For tests; no parser of XML. */

/** Every number of `path` elements of a class, as points: M, L, H, V, h, v of our own paths; arcs are not read. */
export function pathPoints(svg: string, className: string): [number, number][] {
  const points: [number, number][] = [];
  for (const [, d = ''] of svg.matchAll(
    new RegExp(`<path class="${className}" d="([^"]*)"`, 'g'),
  )) {
    let [x, y] = [0, 0];
    for (const [, command = '', rest = ''] of d.matchAll(/([MLHVhv])([^MLHVhva-zA-Z]*)/g)) {
      const [a = 0, b = 0] = rest.trim().split(/[ ,]+/).map(Number);
      if (command === 'M' || command === 'L') [x, y] = [a, b];
      else if (command === 'H') x = a;
      else if (command === 'V') y = a;
      else if (command === 'h') x += a;
      else y += a;
      points.push([x, y]);
    }
  }
  return points;
}

export function viewBox(svg: string): { width: number; height: number } {
  const [, width = 'NaN', height = 'NaN'] = /viewBox="0 -?\d+ ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return { width: Number(width), height: Number(height) };
}

/** What is wrong with it: tags that do not close what was opened, bare signs, numbers that are none. */
export function faults(markup: string): string[] {
  const wrong: string[] = [];
  const open: string[] = [];
  const text = markup.replace(/^<\?xml[^>]*\?>/, '').replace(/<style>[^<]*<\/style>/g, '');
  const tags = /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<>]*")*)\s*>/g;
  for (const [tag, close, name = ''] of text.matchAll(tags)) {
    if (close === '') open.push(name);
    else if (open.pop() !== name) wrong.push(`${tag} closes another element`);
  }
  if (open.length > 0) wrong.push(`${open.join(', ')} not closed`);
  const rest = text.replace(tags, '');
  if (/[<>]/.test(rest)) wrong.push(`a bare sign: ${/.{0,20}[<>].{0,20}/.exec(rest)?.[0]}`);
  if (/&(?!#\d+;)/.test(text)) wrong.push('a bare &');
  if (/="[^"]*(?:NaN|Infinity|undefined)/.test(text)) wrong.push('a number that is none');
  return wrong;
}
