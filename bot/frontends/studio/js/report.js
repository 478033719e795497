// The report on a data set: what was found in the files, what was refused and why, and whether it is enough.

import { h } from "./dom.js";
import { swatch } from "./genre-cards.js";
import { pitchName } from "./timing.js";

const TAG_WORDS = {
  mode: "Mode",
  key: "Key",
  metre: "Metre",
  tempo: "Tempo",
  instruments: "Instruments",
  folder: "Folder",
  density: "Density",
  swing: "Swing",
};
const MOST = 14;

/** Show a report; `onTag(name, value)` is called when a value is picked, `isPicked(name, value)` says whether it is. */
export function reportView(report, { onTag = null, isPicked = () => false } = {}) {
  const { counts } = report;
  const sums = [
    [`${counts.accepted} of ${counts.files}`, "files can be used"],
    [report.minutes.toFixed(0), "minutes of music"],
    [report.tempo_bpm.median.toFixed(0), "bpm, the middle one"],
    [counts.duplicates, "duplicates left out"],
  ];
  return h(
    "div",
    { class: "stack report" },
    h("p", { class: report.usable ? "notice" : "notice wrong" }, h("strong", {}, report.verdict)),
    report.advice.length > 0 &&
      h(
        "ul",
        { class: "small" },
        report.advice.map((line) => h("li", {}, line)),
      ),
    h(
      "dl",
      { class: "sums" },
      sums.map(([value, words]) => h("div", {}, h("dt", {}, words), h("dd", { class: "numbers" }, String(value)))),
    ),
    report.parts.length > 0 && ensembleOf(report),
    tagsOf(report, onTag, isPicked),
    refusedOf(report),
  );
}

function ensembleOf({ parts, counts }) {
  return h(
    "div",
    { class: "field" },
    h("span", { class: "label" }, "The ensemble that it learned of"),
    h(
      "ul",
      { class: "ensemble" },
      parts.map((part, i) =>
        h(
          "li",
          {},
          swatch(i ? i - 1 : null),
          part.name,
          h(
            "span",
            { class: "dim numbers" },
            `${part.role === "drums" ? "" : `${pitchName(part.low)}–${pitchName(part.high)}, `}in ${part.pieces} of ${counts.accepted}`,
          ),
        ),
      ),
    ),
  );
}

function tagsOf({ tags }, onTag, isPicked) {
  const rows = Object.entries(tags).filter(([, values]) => Object.keys(values).length);
  if (!rows.length) return null;
  const chip = (name, [value, count]) => {
    const inside = [value, h("span", { class: "dim numbers" }, String(count))];
    if (!onTag) return h("span", { class: "chip" }, inside);
    const button = h(
      "button",
      {
        type: "button",
        class: "chip",
        "aria-pressed": String(isPicked(name, value)),
        onclick: () => {
          onTag(name, value);
          button.setAttribute("aria-pressed", String(isPicked(name, value)));
        },
      },
      inside,
    );
    return button;
  };
  return h(
    "div",
    { class: "field" },
    h("span", { class: "label" }, "Tags"),
    onTag && h("p", { class: "field-hint" }, "Pick some to learn only from the pieces that have them; none means all."),
    h(
      "dl",
      { class: "tags" },
      rows.map(([name, values]) => [
        h("dt", { class: "small" }, TAG_WORDS[name] ?? name),
        h(
          "dd",
          { class: "chips" },
          Object.entries(values)
            .slice(0, MOST)
            .map((pair) => chip(name, pair)),
        ),
      ]),
    ),
  );
}

function refusedOf({ refused, duplicates }) {
  if (!refused.length && !duplicates.length) return null;
  const rows = [
    ...refused.map(({ name, reason }) => [name, reason]),
    ...duplicates.map(({ name, of }) => [name, `It repeats ${of}.`]),
  ];
  return h(
    "details",
    {},
    h("summary", {}, `${rows.length} left out`),
    h(
      "div",
      { class: "table-wrap" },
      h(
        "table",
        { class: "small" },
        h(
          "tbody",
          {},
          rows.map(([name, reason]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, reason))),
        ),
      ),
    ),
  );
}
