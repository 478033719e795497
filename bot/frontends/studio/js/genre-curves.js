// Charts of what a genre's training.json holds: `curves` maps a stage of the training to its points.

import { Chart } from "./chart.js";

/** The losses of generator and critic. */
export function lossesChart({ curves }) {
  const note = "The generator wants the critic to believe it; the critic wants to tell real from made.";
  return chart(curves, { title: "Generator against critic: losses", zero: true, note }, [
    { name: "Generator", colour: 1, points: points(curves, "pair", "generator") },
    { name: "Critic", colour: 4, points: points(curves, "pair", "critic") },
  ]);
}

/** What the critic thinks of real and of generated music. */
export function marksChart({ curves }, note = "") {
  return chart(curves, { title: "The critic's marks", zero: true, note }, [
    { name: "Real music", colour: 2, points: points(curves, "pair", "real") },
    { name: "Generated", colour: 3, points: points(curves, "pair", "fake") },
  ]);
}

/** How unexpected the real next note is to the networks that write and polish. */
export function surpriseChart({ curves }, note = "") {
  return chart(curves, { title: "Surprise at the real next note, in nats", low: 0, note }, [
    { name: "Writer", colour: 5, points: points(curves, "autoregressor", "nats") },
    { name: "Polisher", colour: 6, points: points(curves, "refiner", "nats") },
  ]);
}

/** The distance to real pieces that were held back; trainings of users have it. */
export function similarityChart({ curves }) {
  const note = "The distance between what is composed and real pieces that were held back. Lower is closer.";
  return chart(curves, { title: "Similarity index", low: 0, note }, [
    { name: "As it composes", colour: 2, points: points(curves, "similarity", "index") },
    { name: "Generator alone", colour: 3, dashed: true, points: points(curves, "similarity", "draft") },
  ]);
}

/** Every chart for which there are points. */
export function chartsOf(training) {
  const gap = "What the critic thinks of real music and of the generator's. The gap is what the generator must close.";
  const lower = "How unexpected the real next note is to the networks that write and polish. Lower is better.";
  const learned = [lossesChart(training), similarityChart(training)];
  const all = [...learned, marksChart(training, gap), surpriseChart(training, lower)];
  return all.filter(({ isEmpty }) => !isEmpty);
}

/** A training of a user counts epochs, that of a shipped genre updates. */
function chart(curves, options, series) {
  const made = new Chart({ xLabel: curves.similarity ? "epoch" : "update", whole: true, ...options });
  made.set(series.filter((one) => one.points.length));
  return made;
}

function points(curves, stage, name) {
  const all = (curves[stage] ?? []).map((point) => [point.step, point[name]]);
  return all.filter(([, value]) => value !== undefined);
}
