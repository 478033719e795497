// Where a melody may come from besides the roll: samples, typed notes with errors at the token, a MIDI file.

import { get, post, upload } from "./api.js";
import { field, h, show } from "./dom.js";
import { emptyScore } from "./score.js";
import { formatNotes } from "./notation.js";

const ENDINGS = [".mid", ".midi", ".smf", ".kar", ".rmi"];
const PAUSE_MS = 220;

/** Add the buttons and panels of every source to a desk. */
export function addSources(desk, options) {
  const panels = {
    samples: ["Samples", () => samplesPanel(desk)],
    typed: ["Type notes", () => typedPanel(desk)],
    file: ["MIDI file", () => filePanel(desk, options)],
  };
  let shown = null;
  const buttons = Object.entries(panels).map(([name, [label, build]]) => {
    const toggle = () => {
      shown = shown === name ? null : name;
      for (const [other, button] of buttons) button.setAttribute("aria-expanded", String(other === shown));
      desk.sourcePanel.hidden = !shown;
      show(desk.sourcePanel, shown && build());
      desk.sourcePanel.querySelector("input, textarea, button")?.focus();
    };
    return [name, h("button", { type: "button", class: "quiet", "aria-expanded": "false", onclick: toggle }, label)];
  });
  const clear = h(
    "button",
    {
      type: "button",
      class: "quiet",
      onclick: () => desk.editor.replace(emptyScore("Untitled", desk.editor.score.timing.tempos[0][1])),
    },
    "New",
  );
  show(
    desk.sourcePlace,
    buttons.map(([, button]) => button),
    clear,
  );
  dropInto(desk, options);
}

function samplesPanel(desk) {
  const place = h("div", { class: "samples", role: "group", "aria-label": "Melodies to begin with" }, "…");
  get("/api/samples").then(
    ({ samples }) => {
      show(
        place,
        samples.map((sample) => sampleButton(desk, sample)),
      );
    },
    (error) => show(place, h("p", { class: "error" }, error.message)),
  );
  return place;
}

function sampleButton(desk, sample) {
  const load = async () => {
    const melody = await post("/api/notes", { notes: sample.notes, name: sample.title }).catch((error) =>
      desk.fail(error.message),
    );
    if (melody) desk.load({ ...melody, tempos: [[0, sample.tempo_bpm]] });
  };
  return h(
    "button",
    { type: "button", class: "sample", onclick: load },
    h("strong", {}, sample.title),
    h("span", { class: "small dim" }, `${sample.source} · ${sample.key}`),
  );
}

function typedPanel(desk) {
  const area = h("textarea", {
    id: "typed-notes",
    rows: 3,
    spellcheck: "false",
    autocapitalize: "off",
    autocomplete: "off",
    "aria-label": "Notes",
    placeholder: "4/4 E4 E F G | G F E D | C C D E | E:1.5 D:1/2 D:2",
  });
  area.value = formatNotes(desk.editor.score);
  const mirror = h("div", { class: "mirror", "aria-hidden": "true" });
  const wrong = h("p", { class: "field-error", id: "typed-error", role: "alert", hidden: true });
  area.setAttribute("aria-describedby", "typed-error");
  let timer = 0;
  let began = false;
  let asked = 0;
  const mark = (error) => {
    wrong.textContent = error?.message ?? "";
    wrong.hidden = !error;
    if (error) area.setAttribute("aria-invalid", "true");
    else area.removeAttribute("aria-invalid");
    show(mirror, error?.token ? marked(area.value, error.token) : "");
  };
  const read = async () => {
    const mine = (asked += 1);
    const { history } = desk.editor;
    try {
      const { name, timing } = desk.editor.score;
      const melody = await post("/api/notes", { notes: area.value, name: name || "Untitled" });
      if (mine !== asked) return;
      mark(null);
      const before = history.state;
      desk.load({ ...melody, tempos: [[0, timing.tempos[0][1]]] });
      if (began) history.fold(before);
      began = true;
    } catch (error) {
      if (mine === asked) mark(area.value.trim() ? error : null);
    }
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(read, PAUSE_MS);
  });
  area.addEventListener("scroll", () => (mirror.scrollTop = area.scrollTop));
  return h(
    "div",
    { class: "stack" },
    h("div", { class: "typed" }, mirror, area),
    wrong,
    h(
      "p",
      { class: "small dim" },
      "Notes with their octave, lengths in beats after a colon, R for rests: ",
      h("code", {}, "C4 F#4:1/2 Bb3:1.5 R:2 | G:1/3 A:1/3 B:1/3"),
      ". The roll follows as you type.",
    ),
  );
}

/** The text with the wrong token marked; its place is counted in code points. */
function marked(text, { column, length }) {
  const points = [...text];
  const part = (from, to) => points.slice(from, to).join("");
  return [
    part(0, column),
    h("mark", {}, part(column, column + Math.max(length, 1))),
    part(column + Math.max(length, 1)),
  ];
}

function filePanel(desk, options) {
  const input = h("input", { type: "file", accept: ENDINGS.join(",") });
  const file = field("A MIDI file", input, {
    hint: `Any key, metre and tempo, up to ${Math.round(options.upload_bytes / 1024)} KB. The melody is found among its tracks. You can also drop a file on the desk.`,
  });
  const track = field("Take another track", h("input", { placeholder: "number or name", maxlength: 80 }), {});
  const told = h("ul", { class: "notices small" });
  const load = () =>
    input.files[0] &&
    takeFile(desk, options, input.files[0], { track: track.input.value.trim(), fail: file.fail, told });
  input.addEventListener("change", load);
  track.input.addEventListener("change", load);
  return h("div", { class: "fields" }, file.element, track.element, h("div", { class: "field wide" }, told));
}

async function takeFile(desk, options, file, { track = "", fail, told = null }) {
  fail("");
  const ending = file.name.toLowerCase().slice(file.name.lastIndexOf("."));
  if (!ENDINGS.includes(ending)) return fail(`“${file.name}” is not a MIDI file: choose one that ends in .mid`);
  if (file.size > options.upload_bytes) {
    return fail(
      `“${file.name}” has ${Math.ceil(file.size / 1024)} KB, more than the ${Math.round(options.upload_bytes / 1024)} KB allowed: save the melody's track alone.`,
    );
  }
  const form = new FormData();
  form.append("file", file);
  try {
    const melody = await upload(`/api/melodies${track ? `?track=${encodeURIComponent(track)}` : ""}`, form);
    desk.load(melody);
    const notices = [melody.track && `The melody is the track “${melody.track}”.`, ...melody.notices].filter(Boolean);
    if (told)
      show(
        told,
        notices.map((text) => h("li", {}, text)),
      );
  } catch (error) {
    fail(error.message);
  }
}

function dropInto(desk, options) {
  const { element } = desk;
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  element.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    element.classList.add("dropping");
  });
  element.addEventListener("dragleave", (event) => event.target === element && element.classList.remove("dropping"));
  element.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    element.classList.remove("dropping");
    takeFile(desk, options, event.dataTransfer.files[0], { fail: (message) => desk.fail(message) });
  });
}
