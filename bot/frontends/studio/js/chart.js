// Line charts, drawn by us: they follow the theme, can be read with the pointer or the arrow keys, and as a table.

import { niceTicks, number } from "./chart-scale.js";
import { h, show, svg } from "./dom.js";

const HEIGHT = 240;
const MARGIN = { left: 52, right: 14, top: 12, bottom: 30 };

/**
 * A chart of `series` ({name, points: [[x, y]], colour 1-8, dashed?}); `marks` are upright lines [x, label].
 * `set(series, marks)` draws others. `zero` shows the line at 0, `low` is the least value shown, `whole` keeps the
 * places below the chart whole numbers.
 */
export class Chart {
  #series = [];
  #marks = [];
  #at = null;
  #width = 0;

  constructor({ title, xLabel, note = "", zero = false, low = null, whole = false }) {
    Object.assign(this, { title, xLabel, zero, low, whole });
    this.picture = svg("svg", { class: "chart", role: "img", tabindex: 0 });
    this.legend = h("div", { class: "chart-legend" });
    this.table = h("div", { class: "table-wrap" });
    const details = h(
      "details",
      { class: "small", ontoggle: () => details.open && this.#fillTable() },
      h("summary", {}, "As figures"),
      this.table,
    );
    this.details = details;
    this.element = h(
      "figure",
      { class: "chart-frame" },
      h("figcaption", {}, h("strong", {}, title)),
      this.legend,
      this.picture,
      note && h("p", { class: "small dim" }, note),
      details,
    );
    new ResizeObserver(() => this.#draw()).observe(this.element);
    this.picture.addEventListener("pointermove", (event) => this.#look(event));
    this.picture.addEventListener("pointerleave", () => this.#read(null));
    this.picture.addEventListener("keydown", (event) => this.#step(event));
    this.picture.addEventListener("blur", () => this.#read(null));
  }

  /** Whether there is nothing to draw. */
  get isEmpty() {
    return this.#series.every((one) => !one.points.length);
  }

  /** Draw other upright lines, [x, label]. */
  mark(marks) {
    this.set(this.#series, marks);
  }

  set(series, marks = []) {
    this.#series = series.map((one) => ({ ...one, points: one.points.filter(([, y]) => Number.isFinite(y)) }));
    this.#marks = marks;
    this.#draw();
    if (this.details.open) this.#fillTable();
  }

  get #xs() {
    return [...new Set(this.#series.flatMap((one) => one.points.map(([x]) => x)))].sort((a, b) => a - b);
  }

  #draw() {
    const width = this.element.clientWidth;
    if (!width || !this.element.isConnected) return;
    this.#width = width;
    const points = this.#series.flatMap((one) => one.points);
    this.picture.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.picture.setAttribute("aria-label", this.#words());
    if (!points.length) {
      show(
        this.picture,
        svg(
          "text",
          { x: width / 2, y: HEIGHT / 2, class: "chart-empty", "text-anchor": "middle" },
          "Nothing to show yet",
        ),
      );
      this.#drawLegend();
      return;
    }
    this.#scale(points, width);
    const marks = this.#marks.map(([x, label]) => this.#mark(this.x(x), label, width));
    const lines = this.#series.map((one) => this.#line(one));
    this.cursor = svg("g", {});
    show(this.picture, this.#axes(width), marks, lines, this.cursor);
    this.#read(this.#at);
  }

  #scale(points, width) {
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    let [low, high] = [Math.min(...ys, this.low ?? Infinity), Math.max(...ys)];
    if (this.zero) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
    if (high - low < 1e-9) [low, high] = [low - 0.5, high + 0.5];
    this.ticks = niceTicks(low, high, 5);
    [low, high] = [Math.min(low, this.ticks[0]), Math.max(high, this.ticks.at(-1))];
    const span = Math.max(right - left, 1e-9);
    this.x = (x) => MARGIN.left + ((x - left) / span) * (width - MARGIN.left - MARGIN.right);
    this.y = (y) => HEIGHT - MARGIN.bottom - ((y - low) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
    this.xTicks = niceTicks(left, right, Math.max(Math.floor(width / 90), 2));
    this.xTicks = this.xTicks.filter((x) => x >= left && x <= right && (!this.whole || Number.isInteger(x)));
  }

  #axes(width) {
    const rows = this.ticks.map((value) => [
      svg("line", {
        x1: MARGIN.left,
        x2: width - MARGIN.right,
        y1: this.y(value),
        y2: this.y(value),
        class: value === 0 && this.zero ? "chart-zero" : "chart-grid",
      }),
      svg(
        "text",
        { x: MARGIN.left - 8, y: this.y(value) + 4, class: "chart-text", "text-anchor": "end" },
        number(value),
      ),
    ]);
    const columns = this.xTicks.map((value) =>
      svg(
        "text",
        { x: this.x(value), y: HEIGHT - MARGIN.bottom + 16, class: "chart-text", "text-anchor": "middle" },
        number(value),
      ),
    );
    const label = svg(
      "text",
      { x: width - MARGIN.right, y: HEIGHT - 2, class: "chart-text", "text-anchor": "end" },
      this.xLabel,
    );
    return [rows, columns, label];
  }

  #line({ points, colour, dashed }) {
    const path = points.map(([x, y], i) => `${i ? "L" : "M"}${this.x(x).toFixed(1)} ${this.y(y).toFixed(1)}`).join("");
    const last = points.at(-1);
    return [
      svg("path", { d: path, class: `chart-line line-${colour}${dashed ? " dashed" : ""}` }),
      last && svg("circle", { cx: this.x(last[0]), cy: this.y(last[1]), r: 3.5, class: `chart-dot dot-${colour}` }),
    ];
  }

  #mark(x, label, width) {
    const isLate = x > width * 0.8;
    return [
      svg("line", { x1: x, x2: x, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, class: "chart-mark" }),
      svg(
        "text",
        { x: x + (isLate ? -5 : 5), y: MARGIN.top + 10, class: "chart-text", "text-anchor": isLate ? "end" : "start" },
        label,
      ),
    ];
  }

  #drawLegend(at = null) {
    show(
      this.legend,
      this.#series.map(({ name, points, colour, dashed }) => {
        const point = at === null ? points.at(-1) : points.find(([x]) => x === at);
        const key = svg(
          "svg",
          { class: "chart-key", viewBox: "0 0 24 8", "aria-hidden": "true" },
          svg("path", { d: "M1 4H23", class: `chart-line line-${colour}${dashed ? " dashed" : ""}` }),
        );
        return h("span", {}, key, name, point && h("span", { class: "numbers dim" }, number(point[1])));
      }),
      at !== null && h("span", { class: "numbers dim" }, `${this.xLabel} ${number(at)}`),
    );
  }

  #look(event) {
    if (!this.x) return;
    const box = this.picture.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.#width;
    const nearest = this.#xs.reduce(
      (best, value) => (best === null || Math.abs(this.x(value) - x) < Math.abs(this.x(best) - x) ? value : best),
      null,
    );
    this.#read(nearest);
  }

  #step(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const xs = this.#xs;
    if (!by || !xs.length) return;
    event.preventDefault();
    const place = this.#at === null ? xs.length - (by > 0 ? 1 : 0) : xs.indexOf(this.#at);
    this.#read(xs[Math.min(Math.max(place + by, 0), xs.length - 1)]);
  }

  #read(at) {
    this.#at = at;
    this.#drawLegend(at);
    if (!this.cursor || !this.x) return;
    show(
      this.cursor,
      at !== null && [
        svg("line", {
          x1: this.x(at),
          x2: this.x(at),
          y1: MARGIN.top,
          y2: HEIGHT - MARGIN.bottom,
          class: "chart-cursor",
        }),
        this.#series.map(({ points, colour }) => {
          const point = points.find(([x]) => x === at);
          return (
            point && svg("circle", { cx: this.x(at), cy: this.y(point[1]), r: 4.5, class: `chart-dot dot-${colour}` })
          );
        }),
      ],
    );
  }

  #words() {
    const each = this.#series
      .filter((one) => one.points.length)
      .map(
        ({ name, points }) =>
          `${name} from ${number(points[0][1])} to ${number(points.at(-1)[1])} over ${points.length} points`,
      );
    return `${this.title}: ${each.join("; ") || "nothing to show yet"}`;
  }

  #fillTable() {
    const xs = this.#xs;
    const head = h(
      "tr",
      {},
      h("th", { scope: "col" }, this.xLabel),
      this.#series.map(({ name }) => h("th", { scope: "col" }, name)),
    );
    const rows = xs.map((x) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, number(x)),
        this.#series.map(({ points }) => {
          const point = points.find(([at]) => at === x);
          return h("td", { class: "numbers" }, point ? number(point[1]) : "");
        }),
      ),
    );
    show(this.table, h("table", {}, h("thead", {}, head), h("tbody", {}, rows)));
  }
}
