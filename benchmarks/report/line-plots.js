// Line plots side by side as one SVG that reads on light and on dark pages. Both axes are logarithmic; a series has its colour,
// its dash and its mark, so that it reads without colour too.

const [panelWidth, panelHeight] = [300, 220];
const margin = { left: 58, right: 14, top: 30, bottom: 44 };
const legendHeight = 28;

const style = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .page { fill: #ffffff; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .s0 { --c: #0550ae; } .s1 { --c: #bc4c00; } .s2 { --c: #1a7f37; } .s3 { --c: #8250df; }
  .line { fill: none; stroke: var(--c); stroke-width: 2; }
  .s1.line { stroke-dasharray: 6 3; } .s2.line { stroke-dasharray: 2 3; } .s3.line { stroke-dasharray: 8 3 2 3; }
  .mark { fill: var(--c); stroke: var(--c); stroke-width: 1.5; }
  .mark.hollow { fill: var(--page); }
  svg { --page: #ffffff; }
  @media (prefers-color-scheme: dark) {
    svg { --page: #0d1117; }
    text { fill: #e6edf3; }
    .page { fill: #0d1117; }
    .grid { stroke: #30363d; }
    .s0 { --c: #79c0ff; } .s1 { --c: #ffa657; } .s2 { --c: #7ee787; } .s3 { --c: #d2a8ff; }
  }`;

/**
 * Draws panels in rows.
 *
 * @param title Read out in place of the picture.
 * @param rows Lists of panels `{ title, xLabel, yLabel, series: [{ name, points: [{ x, y, hollow }] }] }`; all values above 0.
 *   Series of the same name look the same in every panel.
 * @returns The SVG's text.
 */
export function linePlots({ title, rows }) {
  const names = [...new Set(rows.flat().flatMap(({ series }) => series.map(({ name }) => name)))];
  const width = panelWidth * Math.max(...rows.map((row) => row.length));
  const height = legendHeight + panelHeight * rows.length;
  const panels = rows.flatMap((row, line) =>
    row.map((panel, column) => {
      const place = `translate(${panelWidth * column} ${legendHeight + panelHeight * line})`;
      return `<g transform="${place}">${drawPanel(panel, names)}</g>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">
<style>${style}
</style>
<rect class="page" width="${width}" height="${height}"/>
${drawLegend(names)}
${panels.join('\n')}
</svg>
`;
}

function drawLegend(names) {
  let left = margin.left;
  const entries = names.map((name, index) => {
    const start = left;
    left += 46 + 7 * name.length;
    const middle = start + 12;
    return (
      `<line class="line s${index}" x1="${start}" y1="16" x2="${start + 24}" y2="16"/>` +
      `${drawMark(index, middle, 16, false)}<text x="${start + 30}" y="20">${escapeXml(name)}</text>`
    );
  });
  return entries.join('');
}

function drawPanel({ title, xLabel, yLabel, series }, names) {
  const points = series.flatMap((one) => one.points);
  const [left, right] = [margin.left, panelWidth - margin.right];
  const [top, bottom] = [margin.top, panelHeight - margin.bottom];
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const yTicks = ticks(points.map(({ y }) => y));
  const toX = scale(xs[0], xs.at(-1), left, right - 8);
  const toY = scale(yTicks[0], yTicks.at(-1), bottom, top);
  const grid = yTicks.map(
    (y) =>
      `<line class="grid" x1="${left}" y1="${toY(y)}" x2="${right}" y2="${toY(y)}"/>` +
      `<text x="${left - 6}" y="${toY(y) + 4}" text-anchor="end">${y}</text>`,
  );
  const labels = xs.map((x) => `<text x="${toX(x)}" y="${bottom + 16}" text-anchor="middle">${x}</text>`);
  const lines = series.map(({ name, points: own }) => {
    const index = names.indexOf(name);
    const path = own.map(({ x, y }) => `${toX(x)},${toY(y)}`).join(' ');
    const marks = own.map(({ x, y, hollow }) => drawMark(index, toX(x), toY(y), hollow));
    return `<polyline class="line s${index}" points="${path}"/>${marks.join('')}`;
  });
  const middle = (top + bottom) / 2;
  return [
    `<text class="title" x="${left}" y="18">${escapeXml(title)}</text>`,
    ...grid,
    ...labels,
    ...lines,
    `<text x="${(left + right) / 2}" y="${bottom + 34}" text-anchor="middle">${escapeXml(xLabel)}</text>`,
    `<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${escapeXml(yLabel)}</text>`,
  ].join('');
}

function drawMark(index, x, y, hollow) {
  const look = `class="mark s${index}${hollow ? ' hollow' : ''}"`;
  if (index % 2 === 0) return `<circle ${look} cx="${x}" cy="${y}" r="4"/>`;
  return `<rect ${look} x="${round(x - 3.5)}" y="${round(y - 3.5)}" width="7" height="7"/>`;
}

/** Logarithmic from `low..high` to `from..to`; the middle where there is only one value. */
function scale(low, high, from, to) {
  if (low === high) return () => (from + to) / 2;
  return (value) => round(from + ((to - from) * Math.log(value / low)) / Math.log(high / low));
}

/** Numbers of 1, 2, 5, 10, ... from below the least value to above the greatest. */
function ticks(values) {
  const steps = [];
  for (let power = -6; power < 12; power++) steps.push(...[1, 2, 5].map((digit) => digit * 10 ** power));
  const exact = steps.map((step) => Number(step.toPrecision(1)));
  const first = exact.findLastIndex((step) => step <= Math.min(...values));
  const last = exact.findIndex((step) => step >= Math.max(...values));
  return exact.slice(first, Math.max(last, first + 1) + 1);
}

function round(value) {
  return Number(value.toFixed(1));
}

function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
