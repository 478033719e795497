// Learn: what happens behind the music, in plain words, with pictures from real trainings.

import { get } from "../api.js";
import { Chart, number } from "../chart.js";
import { h, show, svg } from "../dom.js";

const TOPICS = [
  ["orchestra", "The orchestra and the conductor", "Two networks learn against each other: one plays, one listens.", orchestra],
  ["losses", "What the losses mean", "Two numbers that pull at each other, and how to read them.", losses],
  ["similarity", "The similarity index", "How near the music is to the pieces it learned from, and why it never has to be zero.", similarity],
  ["band", "From melody to band", "What happens between your tune and the sound.", band],
];

/** The list of topics, or one of them. */
export async function page(name) {
  const topic = TOPICS.find(([key]) => key === name);
  if (!topic) return { title: "Learn", element: contents() };
  const [key, title, lede, build] = topic;
  const { genres } = await get("/api/genres");
  const element = h(
    "article",
    { class: "stack learn" },
    h("p", { class: "small" }, h("a", { href: "/learn" }, "Learn"), " / ", title),
    h("header", { class: "lede" }, h("h1", {}, title), h("p", { class: "dim" }, lede)),
    await build(genres.filter((genre) => genre.has_training)),
    next(key),
  );
  return { title, element };
}

function contents() {
  return h(
    "div",
    { class: "stack" },
    h("header", { class: "lede" }, h("h1", {}, "How it learns to play"), h("p", { class: "dim" }, "Four short pages, with pictures from real trainings.")),
    h("ol", { class: "topics" }, TOPICS.map(([key, title, lede], i) =>
      h("li", {}, h("a", { href: `/learn/${key}`, class: "topic" }, h("span", { class: "topic-number numbers", "aria-hidden": "true" }, String(i + 1)), h("span", {}, h("strong", {}, title), h("span", { class: "small dim" }, lede)))))),
  );
}

function next(key) {
  const following = TOPICS[TOPICS.findIndex(([name]) => name === key) + 1];
  return h("p", {}, following ? h("a", { class: "button", href: `/learn/${following[0]}` }, `Next: ${following[1]}`) : h("a", { class: "button primary", href: "/" }, "Now compose something"));
}

const words = (...paragraphs) => h("div", { class: "prose" }, paragraphs.map((text) => h("p", {}, text)));

async function orchestra(genres) {
  const text = words(
    "Picture an orchestra that has never heard the music it is asked to play, and a conductor who has. The orchestra is the generator: it gets your melody and its chords, and makes up all the other parts. The conductor is the critic: it hears real arrangements and the orchestra's, without being told which is which, and gives each a mark.",
    "At first the orchestra plays noise, and the conductor has no idea either: both marks are the same. Then the conductor learns to hear the difference, and the marks part. The orchestra only ever learns one thing: how its playing would have to change for a better mark. So it gets closer, the conductor must listen more finely, and so on.",
    "Below are the marks that a real critic gave while a genre of this studio learned. Move the time and watch the gap.",
  );
  return [text, await withTraining(genres, marksPicture)];
}

function marksPicture(training) {
  const points = training.curves.pair;
  const chart = new Chart({ title: "The critic's marks", xLabel: "update", zero: true });
  const line = (name) => points.map((point) => [point.step, point[name]]);
  const series = [{ name: "Real music", colour: 2, points: line("real") }, { name: "Generated", colour: 3, points: line("fake") }];
  const all = points.flatMap((point) => [point.real, point.fake]);
  const scale = Math.max(...all.map(Math.abs)) || 1;
  const bars = h("div", { class: "marks" });
  const told = h("p", { class: "numbers", role: "status" });
  const draw = (i) => {
    const point = points[i];
    show(bars, bar("Real music", 2, point.real / scale), bar("Generated", 3, point.fake / scale));
    const gap = point.real - point.fake;
    told.textContent = `After ${point.step} updates the critic puts real music ${number(Math.abs(gap))} ${gap >= 0 ? "above" : "below"} generated.`;
    chart.set(series, [[point.step, ""]]);
  };
  const start = Math.floor(points.length / 2);
  const slider = h("input", { type: "range", min: 0, max: points.length - 1, value: start, "aria-label": "Time in the training", oninput: () => draw(Number(slider.value)) });
  draw(start);
  return h("div", { class: "stack" }, bars, slider, told, chart.element);
}

/** One mark between -1 and 1 as a bar from the middle. */
function bar(label, colour, share) {
  const width = Math.max(Math.abs(share) * 100, 1);
  const box = svg("rect", { x: share < 0 ? 100 - width : 100, y: 0, width, height: 20, class: `dot-${colour}` });
  const middle = svg("line", { x1: 100, x2: 100, y1: 0, y2: 20, class: "chart-zero" });
  return h("div", { class: "mark-row" }, h("span", { class: "small" }, label), svg("svg", { viewBox: "0 0 200 20", preserveAspectRatio: "none", "aria-hidden": "true" }, box, middle));
}

async function losses(genres) {
  const text = words(
    "A loss is a number that a network tries to make small. The critic's loss is small when it marks real music high and generated music low. The generator's loss is small when the critic marks its music high. One cannot win without the other losing: that is why the two curves look so restless.",
    "Do not wait for them to reach zero. What you want to see is a truce: both move within a band, neither runs off. A critic's loss that dives and stays there means that the critic sees through everything and the generator has nothing to go by. A generator's loss that dives means that it has found a trick which fools the critic, often one phrase for all melodies.",
  );
  const after = words(
    "Beside them stands an honest third number: how surprised the networks are by the real next note, measured on pieces that they have not learned from. It does not depend on an opponent, so it simply falls while there is something to learn.",
  );
  const both = await withTraining(genres, (training) => {
    const pair = new Chart({ title: "Generator against critic", xLabel: "update", zero: true });
    const line = (stage, name) => (training.curves[stage] ?? []).map((point) => [point.step, point[name]]);
    pair.set([{ name: "Generator", colour: 1, points: line("pair", "generator") }, { name: "Critic", colour: 4, points: line("pair", "critic") }]);
    const surprise = new Chart({ title: "Surprise at the real next note, in nats", xLabel: "update", low: 0 });
    surprise.set([{ name: "Writer", colour: 5, points: line("autoregressor", "nats") }, { name: "Polisher", colour: 6, points: line("refiner", "nats") }]);
    return h("div", { class: "charts" }, h("div", { class: "panel" }, pair.element), h("div", { class: "panel" }, surprise.element));
  });
  return [text, both, after];
}

async function similarity(genres) {
  const text = words(
    "Losses compare two networks with each other. The similarity index compares the music with music: after every epoch, melodies that were held back are accompanied, and what comes out is measured against what the real arrangers wrote for such melodies. How often does each part play, how dense is it, does it repeat its rhythm, which notes of the chord does it choose?",
    "The index is the distance between the two. It falls while the genre learns. When it runs flat, there is nothing more to gain, and the training stops by itself. It never needs to be zero: real pieces differ from each other too, and a copy of a training piece is no composition. That is why copied bars are counted apart.",
  );
  const { trainings } = await get("/api/trainings").catch(() => ({ trainings: [] }));
  const run = trainings.find((one) => one.epochs.filter((epoch) => Number.isFinite(epoch.similarity)).length > 1);
  if (!run) return [text, await withTraining(genres, surprisePicture)];
  const chart = new Chart({ title: `Similarity index of your genre ${run.name}`, xLabel: "epoch", whole: true, low: 0 });
  chart.set([{ name: "Distance to real pieces", colour: 2, points: run.epochs.map((epoch) => [epoch.epoch, epoch.similarity]) }]);
  return [text, h("div", { class: "panel" }, chart.element), h("p", {}, h("a", { href: `/train/${run.id}` }, "Open this training"))];
}

function surprisePicture(training) {
  const chart = new Chart({ title: "A curve that has run flat", xLabel: "update", low: 0, note: "No genre of your own has learned yet, so this is another measure of a shipped one: its writer's surprise at real music. The shape is what to look for: steep, then smooth. Train a genre, and its similarity index stands here." });
  chart.set([{ name: "Writer", colour: 5, points: training.curves.autoregressor.map((point) => [point.step, point.nats]) }]);
  return chart.element;
}

async function band() {
  const steps = [
    ["Your melody", "It is read exactly as it is, in any key and metre, and it stands in the result note for note."],
    ["The chords", "A small network plans them bar by bar. You can write your own, or change the plan afterwards."],
    ["The parts", "The genre's networks write every other part upon the chords: first a draft, then a second look at what does not fit."],
    ["The players", "Nobody plays like a machine: loudness, swing and small delays come from how such bands are played."],
    ["The sound", "Every part is played on its own instrument, placed in the room, and mixed. That is why you can mute and solo."],
  ];
  return [
    h("ol", { class: "steps" }, steps.map(([name, text], i) => h("li", {}, svg("svg", { class: `swatch swatch-${i === 0 ? "melody" : i}`, viewBox: "0 0 20 10", "aria-hidden": "true" }, svg("rect", { width: 20, height: 10, rx: 4 })), h("div", {}, h("strong", {}, name), h("p", {}, text))))),
    words("Every composition keeps its seed. The same melody, settings and seed give the same notes; the next seed gives another take. Risk asks for less usual choices, density for more notes or fewer."),
  ];
}

/** A picture of one genre's training, with a choice of the genre. */
async function withTraining(genres, picture) {
  const usable = genres.filter((genre) => genre.has_training);
  if (!usable.length) return h("p", { class: "dim" }, "No training of a shipped genre is at hand.");
  const place = h("div", {});
  const load = async (name) => show(place, picture(await get(`/api/genres/${name}/training`)));
  const start = usable.find((genre) => genre.name === "rock") ?? usable[0];
  const choose = h("div", { class: "segmented", role: "radiogroup", "aria-label": "Whose training" }, usable.map((genre) =>
    h("label", {}, h("input", { type: "radio", name: "whose", checked: genre === start, onchange: () => load(genre.name) }), genre.title)));
  await load(start.name);
  return h("div", { class: "panel stack" }, h("div", { class: "scroll-x" }, choose), place);
}
