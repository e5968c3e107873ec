/** How wide a text is in a chart, nearly: nothing measures it where charts are made, so a mean width has to do. */

/** Of the charts' text, in pixels of their view box. */
export const FONT_SIZE = 12;
/** Mean width of a character, as a share of the font's size; most texts are narrower. */
const MEAN_WIDTH = 0.58;
/** Letters of East Asian scripts and pictures take the whole size. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Extended_Pictographic}/u;

export function textWidth(text: string, fontSize = FONT_SIZE): number {
  let width = 0;
  for (const char of text) width += (WIDE.test(char) ? 1.1 : MEAN_WIDTH) * fontSize;
  return width;
}

/** The text, or its beginning and an ellipsis where it is wider than so many pixels; empty where nothing fits. */
export function fitText(text: string, width: number, fontSize = FONT_SIZE): string {
  if (textWidth(text, fontSize) <= width) return text;
  const room = width - textWidth('…', fontSize);
  let [kept, used] = ['', 0];
  for (const char of text) {
    used += textWidth(char, fontSize);
    if (used > room) break;
    kept += char;
  }
  return kept === '' ? '' : `${kept.trimEnd()}…`;
}
