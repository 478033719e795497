// The few signs that buttons wear, drawn on a 20 × 20 grid.

import { svg } from "./dom.js";

const PATHS = {
  play: "M6 3.8v12.4L16.5 10z",
  pause: "M5.5 4h3v12h-3zM11.5 4h3v12h-3z",
  stop: "M5 5h10v10H5z",
  record: "M10 4.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z",
  undo: "M8.2 3.5 3.5 8l4.7 4.5V9.6c4.3-0.2 6.7 1.4 8 5.40.6-6-2.7-9-8-9.3z",
  redo: "M11.8 3.5 16.5 8l-4.7 4.5V9.6c-4.3-0.2-6.7 1.4-8 5.4-0.6-6 2.7-9 8-9.3z",
  plus: "M9 4h2v5h5v2h-5v5H9v-5H4V9h5z",
  minus: "M4 9h12v2H4z",
  metronome: "M7.6 2.5h4.8L16 17.5H4zm1.3 1.8L6.3 15.7h7.4l-1-4.3-2.3 2.2-1.2-1.2 3-3-1.1-5.1z",
  trim: "M4 3h5v2H6v10h3v2H4zM16 3h-5v2h3v10h-3v2h5z",
  quantise: "M3 4h2v12H3zM9 4h2v12H9zM15 4h2v12h-2zM6 6h2v3H6zM12 11h2v3h-2z",
  download: "M9 3h2v7h3.2L10 14.6 5.8 10H9zM4 15.5h12v2H4z",
  star: "m10 2.6 2.3 4.9 5.20.7-3.8 3.70.9 5.3-4.6-2.6-4.6 2.60.9-5.3L2.5 8.2l5.2-0.7z",
  trash: "M8 2.5h4l0.7 1.5H16v1.8H4V4h3.3zM5 7h10l-0.8 10.5H5.8z",
  score:
    "M2 4h16v1.2H2zM2 7.4h16v1.2H2zM2 10.8h16V12H2zM2 14.2h16v1.2H2zM6.2 3v7.1a2 2 0 1 1-1.2-.5V3zM14.6 5.6v6.9a2 2 0 1 1-1.2-.5V5.6z",
  share:
    "M14.5 2.5a2.5 2.5 0 1 1-1.9 4.1L8.4 9a2.5 2.5 0 0 1 0 2l4.2 2.4a2.5 2.5 0 1 1-0.8 1.5L7.4 12.5a2.5 2.5 0 1 1 0-5l4.4-2.4a2.5 2.5 0 0 1 2.7-2.6z",
  melody: "M7.5 4.5 16 3v9.6a2.6 2.6 0 1 1-1.6-2.4V6.3L9.1 7.3v7.1a2.6 2.6 0 1 1-1.6-2.4z",
  sun: "M10 6a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM9.2 1.5h1.6v2.8H9.2zM9.2 15.7h1.6v2.8H9.2zM1.5 9.2h2.8v1.6H1.5zM15.7 9.2h2.8v1.6h-2.8zM3.4 4.5l1.1-1.1 2 2-1.1 1.1zM13.5 14.6l1.1-1.1 2 2-1.1 1.1zM15.5 3.4l1.1 1.1-2 2-1.1-1.1zM5.4 13.5l1.1 1.1-2 2-1.1-1.1z",
  moon: "M12.8 2.6A7.6 7.6 0 1 0 17.4 12 6.4 6.4 0 0 1 12.8 2.6z",
  close: "M5.1 3.7 10 8.6l4.9-4.9 1.4 1.4L11.4 10l4.9 4.9-1.4 1.4-4.9-4.9-4.9 4.9-1.4-1.4L8.6 10 3.7 5.1z",
  dice: "M4 3h12a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zm2.5 2a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zm7 0a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM10 8.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM6.5 12a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zm7 0a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z",
  cut: "M2.5 5h9v2h-9zM2.5 9h9v2h-9zM2.5 13h9v2h-9zM13 6l4.5 4-4.5 4z",
};

/** An icon as an SVG element; what it means is the button's to say. */
export function icon(name) {
  return svg(
    "svg",
    { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name], "fill-rule": "evenodd" }),
  );
}
