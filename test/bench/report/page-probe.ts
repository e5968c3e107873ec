/** What tests ask a page in a browser: expressions that run there, each with a list of what is wrong as its answer. */

/** Wider than its window. */
export const OVERFLOW = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? ['the page is ' + scrollWidth + ' wide in ' + clientWidth] : [];
})()`;

/** Headings that skip a level, tables without caption or scopes, charts without words, ids that are there twice. */
export const STRUCTURE = `(() => {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  let level = 0;
  for (const heading of all('h1,h2,h3,h4,h5,h6')) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) wrong.push(heading.textContent + ': h' + next + ' after h' + level);
    level = next;
  }
  if (all('h1').length !== 1) wrong.push('not one h1');
  for (const name of ['header', 'nav', 'main', 'footer']) {
    if (all(name).length !== 1) wrong.push('not one ' + name);
  }
  for (const table of all('table')) {
    const name = table.caption?.textContent || '';
    if (name === '') wrong.push('a table without a caption');
    for (const th of table.querySelectorAll('th')) {
      if (!/^(col|row)$/.test(th.scope)) wrong.push(name + ': a header without scope');
    }
    for (const row of table.querySelectorAll('tr')) {
      if (row.cells.length !== table.rows[0].cells.length) wrong.push(name + ': rows of two lengths');
    }
  }
  for (const svg of all('svg')) {
    const words = (svg.getAttribute('aria-labelledby') || '').split(' ');
    if (svg.getAttribute('role') !== 'img' || words.length !== 2) wrong.push('a chart without a role');
    for (const id of words) {
      if ((document.getElementById(id)?.textContent || '') === '') wrong.push('a chart without words: ' + id);
    }
    if (!svg.closest('figure')?.querySelector('details table')) wrong.push('a chart without a table');
  }
  const ids = all('[id]').map((each) => each.id);
  for (const id of new Set(ids)) {
    if (ids.filter((each) => each === id).length > 1) wrong.push('twice: ' + id);
  }
  for (const control of all('input,select')) {
    if (control.labels.length === 0) wrong.push('a control without a label: ' + control.name);
  }
  for (const link of all('a[href^="#"]')) {
    if (!document.getElementById(link.hash.slice(1))) wrong.push('a link to nowhere: ' + link.hash);
  }
  return wrong;
})()`;

/** Text of charts in sight that stands out of its chart. */
export const CHART_TEXT = `(() => {
  const wrong = [];
  for (const svg of document.querySelectorAll('svg')) {
    if (svg.getBoundingClientRect().width === 0) continue;
    const box = svg.viewBox.baseVal;
    for (const text of svg.querySelectorAll('text')) {
      const { x, y, width, height } = text.getBBox();
      const out = x < -1 || y < box.y - 1 || x + width > box.width + 1 || y + height > box.y + box.height + 1;
      if (out) wrong.push(svg.querySelector('title').textContent + ': ' + text.textContent);
    }
  }
  return wrong;
})()`;

/** Text in sight with a contrast below 4.5 to what is behind it. */
export const CONTRAST = `(() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const light = ({ rgb }) => {
    const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.a === 1) return colour;
    }
    return parse('rgb(255,255,255)');
  };
  const wrong = new Set();
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    if (!own || /^(SCRIPT|STYLE|title|desc|OPTION)$/.test(element.tagName)) continue;
    if (element.getBoundingClientRect().width === 0) continue;
    const style = getComputedStyle(element);
    const ink = parse(element instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [light(ink), light(behind(element))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) wrong.add(element.tagName + ' "' + element.textContent.slice(0, 30) + '": ' + contrast.toFixed(2));
  }
  return [...wrong];
})()`;

/** Charts in sight, by their ids. */
export const CHARTS_SEEN = `[...document.querySelectorAll('svg')]
  .filter((svg) => svg.getBoundingClientRect().width > 0)
  .map((svg) => svg.querySelector('title').id.replace(/-title$/, ''))`;
