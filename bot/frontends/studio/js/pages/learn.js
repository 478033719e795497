// Learn: what happens behind the music, in plain words.

import { get } from "../api.js";
import { h, svg } from "../dom.js";
import { fromTraining, lossesPicture, marksPicture, similarityPicture } from "../learn-pictures.js";

const STEPS = [
  ["Your melody", "It is read exactly as it is, in any key and metre, and it stands in the result note for note."],
  ["The chords", "A small network plans them bar by bar. You can write your own, or change the plan afterwards."],
  [
    "The parts",
    "The genre's networks write every other part upon the chords: first a draft, then a second look at what does not fit.",
  ],
  ["The players", "Nobody plays like a machine: loudness, swing and small delays come from how such bands are played."],
  [
    "The sound",
    "Every part is played on its own instrument, placed in the room, and mixed. That is why you can mute and solo.",
  ],
];

const TOPICS = {
  orchestra: {
    title: "The orchestra and the conductor",
    lede: "Two networks learn against each other: one plays, one listens.",
    text: [
      "Picture an orchestra that has never heard the music it is asked to play, and a conductor who has. The orchestra is the generator: it gets your melody and its chords, and makes up all the other parts. The conductor is the critic: it hears real arrangements and the orchestra's, without being told which is which, and gives each a mark.",
      "At first the orchestra plays noise, and the conductor has no idea either: both marks are the same. Then the conductor learns to hear the difference, and the marks part. The orchestra only ever learns one thing: how its playing would have to change for a better mark. So it gets closer, the conductor must listen more finely, and so on.",
      "Below are the marks that a real critic gave while a genre of this studio learned. Move the time and watch the gap.",
    ],
    picture: (genres) => fromTraining(genres, marksPicture),
  },
  losses: {
    title: "What the losses mean",
    lede: "Two numbers that pull at each other, and how to read them.",
    text: [
      "A loss is a number that a network tries to make small. The critic's loss is small when it marks real music high and generated music low. The generator's loss is small when the critic marks its music high. One cannot win without the other losing: that is why the two curves look so restless.",
      "Do not wait for them to reach zero. What you want to see is a truce: both move within a band, neither runs off. A critic's loss that dives and stays there means that the critic sees through everything and the generator has nothing to go by. A generator's loss that dives means that it has found a trick which fools the critic, often one phrase for all melodies.",
      "Beside them stands an honest third number: how surprised the networks are by the real next note. It does not depend on an opponent, so it simply falls while there is something to learn.",
    ],
    picture: (genres) => fromTraining(genres, lossesPicture),
  },
  similarity: {
    title: "The similarity index",
    lede: "How near the music is to the pieces it learned from, and why it never has to be zero.",
    text: [
      "Losses compare two networks with each other. The similarity index compares the music with music: after every epoch, melodies that were held back are accompanied, and what comes out is measured against what the real arrangers wrote for such melodies. Where in the bar does each part play, how long, how many notes at once? Which notes of the chord does it choose? Does it repeat its rhythm?",
      "The index is the distance between the two: 0 where both are the same, 1 where they share nothing. It falls while the genre learns. When it runs flat, there is nothing more to gain, and the training stops by itself. It never needs to be zero: real pieces differ from each other too, and a copy of a training piece is no composition. That is why copied bars are counted apart.",
    ],
    picture: similarityPicture,
  },
  band: {
    title: "From melody to band",
    lede: "What happens between your tune and the sound.",
    text: [
      "Every composition keeps its seed. The same melody, settings and seed give the same notes; the next seed gives another take. Risk asks for less usual choices, density for more notes or fewer.",
    ],
    picture: () => h("ol", { class: "steps" }, STEPS.map(step)),
  },
};

/** The list of topics, or one of them. */
export async function page(name) {
  const topic = TOPICS[name];
  if (!topic) return { title: "Learn", element: contents() };
  const { genres } = await get("/api/genres");
  const element = h(
    "article",
    { class: "stack learn" },
    h("p", { class: "small" }, h("a", { href: "/learn" }, "Learn"), " / ", topic.title),
    lede(topic.title, topic.lede),
    h(
      "div",
      { class: "prose" },
      topic.text.map((text) => h("p", {}, text)),
    ),
    await topic.picture(genres.filter((genre) => genre.has_training)),
    h("p", {}, next(name)),
  );
  return { title: topic.title, element };
}

function contents() {
  const item = ([name, { title, lede: words }], place) => {
    const number = h("span", { class: "topic-number numbers", "aria-hidden": "true" }, String(place + 1));
    const about = h("span", {}, h("strong", {}, title), h("span", { class: "small dim" }, words));
    return h("li", {}, h("a", { href: `/learn/${name}`, class: "topic" }, number, about));
  };
  const heading = lede("How it learns to play", "Four short pages, with pictures from real trainings.");
  return h("div", { class: "stack" }, heading, h("ol", { class: "topics" }, Object.entries(TOPICS).map(item)));
}

function lede(title, words) {
  return h("header", { class: "lede" }, h("h1", {}, title), h("p", { class: "dim" }, words));
}

function next(name) {
  const names = Object.keys(TOPICS);
  const following = names[names.indexOf(name) + 1];
  if (!following) return h("a", { class: "button primary", href: "/" }, "Now compose something");
  return h("a", { class: "button", href: `/learn/${following}` }, `Next: ${TOPICS[following].title}`);
}

function step([name, text], place) {
  const look = { class: `swatch swatch-${place || "melody"}`, viewBox: "0 0 20 10", "aria-hidden": "true" };
  const sign = svg("svg", look, svg("rect", { width: 20, height: 10, rx: 4 }));
  return h("li", {}, sign, h("div", {}, h("strong", {}, name), h("p", {}, text)));
}
