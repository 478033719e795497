// Everything that was composed: search, sort out, listen, rename.

import { get } from "../api.js";
import { h, show, toast } from "../dom.js";
import { icon } from "../icons.js";
import { libraryItem } from "../library-item.js";
import { act } from "../parts.js";

const PAUSE_MS = 250;
const PER_PAGE = 24;
const MOST_TAGS = 20;

/** Build the library. */
export async function page() {
  const library = new Library();
  await library.load();
  return { title: "Library", element: library.element, leave: () => library.player.pause() };
}

class Library {
  #asked = 0;
  #timer = 0;

  constructor() {
    this.wish = { q: "", tag: "", favourite: false, page: 1 };
    this.player = new Audio();
    this.player.preload = "none";
    this.search = h("input", { type: "search", placeholder: "Title, genre, key, tag", "aria-label": "Search" });
    this.search.addEventListener("input", () => this.#later());
    const stars = [icon("star"), "Favourites"];
    this.favourite = act(stars, () => this.#set({ favourite: !this.wish.favourite }), { "aria-pressed": "false" });
    this.tags = h("div", { class: "chips", role: "group", "aria-label": "Tags" });
    this.count = h("p", { class: "dim small numbers", role: "status" });
    this.list = h("ul", { class: "library" });
    this.pager = h("nav", { class: "row", "aria-label": "Pages of the library" });
    this.jobs = h("div", {});
    this.element = h(
      "div",
      { class: "stack" },
      h("h1", {}, "Library"),
      this.jobs,
      h("div", { class: "row library-tools" }, this.search, this.favourite),
      this.tags,
      this.count,
      this.list,
      this.pager,
    );
  }

  /** Ask for what is wished for, and for what is still being composed. */
  async load() {
    const mine = (this.#asked += 1);
    const wished = Object.entries(this.wish).filter(([, value]) => value);
    const query = new URLSearchParams({ ...Object.fromEntries(wished), per_page: PER_PAGE });
    const [found, open] = await Promise.all([get(`/api/compositions?${query}`), get("/api/jobs?open=true")]);
    if (mine !== this.#asked) return;
    this.#drawList(found);
    this.#drawTags(found.tags);
    this.#drawPager(found.pages);
    const waiting = open.jobs.filter((job) => job.kind === "compose");
    show(this.jobs, waiting.map(waitingLine));
  }

  #reload() {
    this.load().catch((error) => toast(error.message, "wrong"));
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#set({ q: this.search.value.trim() }), PAUSE_MS);
  }

  #set(change) {
    this.wish = { ...this.wish, page: 1, ...change };
    this.favourite.setAttribute("aria-pressed", String(this.wish.favourite));
    this.#reload();
  }

  #drawList({ compositions, total }) {
    const { q, tag, favourite } = this.wish;
    const isFiltered = Boolean(q || tag || favourite);
    const none = isFiltered ? "Nothing matches." : "";
    this.count.textContent = total ? `${total} composition${total === 1 ? "" : "s"}` : none;
    const rows = compositions.map((take) => libraryItem(take, this.player, () => this.#reload()));
    show(this.list, total || isFiltered ? rows : emptyRow());
  }

  #drawTags(tags) {
    const chip = ({ tag, count }) => {
      const isChosen = tag === this.wish.tag;
      const words = [tag, h("span", { class: "dim numbers" }, String(count))];
      return act(words, () => this.#set({ tag: isChosen ? "" : tag }), {
        class: "chip",
        "aria-pressed": String(isChosen),
      });
    };
    show(this.tags, tags.slice(0, MOST_TAGS).map(chip));
  }

  #drawPager(pages) {
    const { page: now } = this.wish;
    const turn = (label, to) => act(label, () => this.#set({ page: to }), { disabled: to < 1 || to > pages });
    const place = h("span", { class: "dim numbers" }, `${now} / ${pages}`);
    show(this.pager, pages > 1 && [turn("Newer", now - 1), place, turn("Older", now + 1)]);
  }
}

function waitingLine(job) {
  return h("p", { class: "notice" }, h("a", { href: `/compose/${job.id}` }, job.about), " is being composed.");
}

function emptyRow() {
  const begin = h("a", { class: "button primary", href: "/" }, "Compose something");
  return h("li", { class: "empty" }, h("p", {}, "Nothing is here yet."), begin);
}
