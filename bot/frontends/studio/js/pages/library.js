// Everything that was composed: search, sort out, listen, rename.

import { get, patch, remove } from "../api.js";
import { h, show, toast } from "../dom.js";
import { icon } from "../icons.js";
import { clock } from "../timing.js";

const PAUSE_MS = 250;
const PER_PAGE = 24;

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
    for (const event of ["pause", "play", "ended"]) this.player.addEventListener(event, () => this.#dressButtons());
    this.search = h("input", { type: "search", placeholder: "Title, genre, key, tag", "aria-label": "Search", oninput: () => this.#later() });
    this.favourite = h("button", { type: "button", "aria-pressed": "false", onclick: () => this.#set({ favourite: !this.wish.favourite }) }, icon("star"), "Favourites");
    this.tags = h("div", { class: "chips", role: "group", "aria-label": "Tags" });
    this.count = h("p", { class: "dim small numbers", role: "status" });
    this.list = h("ul", { class: "library" });
    this.pager = h("nav", { class: "row", "aria-label": "Pages of the library" });
    this.jobs = h("div", {});
    this.element = h("div", { class: "stack" }, h("h1", {}, "Library"), this.jobs, h("div", { class: "row library-tools" }, this.search, this.favourite), this.tags, this.count, this.list, this.pager);
  }

  async load() {
    const mine = (this.#asked += 1);
    const query = new URLSearchParams({ page: this.wish.page, per_page: PER_PAGE });
    if (this.wish.q) query.set("q", this.wish.q);
    if (this.wish.tag) query.set("tag", this.wish.tag);
    if (this.wish.favourite) query.set("favourite", "true");
    const [found, open] = await Promise.all([get(`/api/compositions?${query}`), get("/api/jobs?open=true")]);
    if (mine !== this.#asked) return;
    this.#draw(found);
    show(this.jobs, open.jobs.filter((job) => job.kind === "compose").map((job) =>
      h("p", { class: "notice" }, h("a", { href: `/compose/${job.id}` }, job.about), " is being composed.")));
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#set({ q: this.search.value.trim() }), PAUSE_MS);
  }

  #set(change) {
    this.wish = { ...this.wish, page: 1, ...change };
    this.favourite.setAttribute("aria-pressed", String(this.wish.favourite));
    this.load().catch((error) => toast(error.message, "wrong"));
  }

  #draw({ compositions, total, pages, tags }) {
    const filtered = this.wish.q || this.wish.tag || this.wish.favourite;
    this.count.textContent = total ? `${total} composition${total === 1 ? "" : "s"}` : filtered ? "Nothing matches." : "";
    show(this.tags, tags.slice(0, 20).map(({ tag, count }) =>
      h("button", { type: "button", class: "chip", "aria-pressed": String(tag === this.wish.tag), onclick: () => this.#set({ tag: tag === this.wish.tag ? "" : tag }) }, tag, h("span", { class: "dim numbers" }, String(count)))));
    if (!total && !filtered) {
      show(this.list, h("li", { class: "empty" }, h("p", {}, "Nothing is here yet."), h("a", { class: "button primary", href: "/" }, "Compose something")));
    } else show(this.list, compositions.map((take) => this.#item(take)));
    const turn = (label, by) => h("button", { type: "button", disabled: this.wish.page + by < 1 || this.wish.page + by > pages, onclick: () => this.#set({ page: this.wish.page + by }) }, label);
    show(this.pager, pages > 1 && [turn("Newer", -1), h("span", { class: "dim numbers" }, `${this.wish.page} / ${pages}`), turn("Older", 1)]);
  }

  #item(take) {
    const about = [take.genre, take.key, `${Math.round(take.tempo_bpm)} bpm`, clock(take.length_s), `take ${take.take}`, day(take.created_at)];
    const play = h("button", { type: "button", class: "round", "data-mp3": take.files.mp3, "data-title": take.title, onclick: () => this.#toggle(take) });
    const title = h("a", { href: `/library/${take.id}` }, take.title);
    const star = h("button", { type: "button", class: "quiet round star", "aria-pressed": String(take.favourite), "aria-label": `Favourite: ${take.title}`, onclick: () => this.#change(take, { favourite: !take.favourite }) }, icon("star"));
    const item = h(
      "li",
      { class: "library-item" },
      play,
      h("div", { class: "library-words" }, title, h("p", { class: "small dim numbers about" }, about.map((text) => h("span", {}, text))), take.tags.length > 0 && h("ul", { class: "chips" }, take.tags.map((tag) => h("li", { class: "chip" }, tag)))),
      take.files.picture && h("a", { href: `/library/${take.id}`, tabindex: -1, "aria-hidden": "true", class: "thumb" }, h("img", { src: take.files.picture, alt: "", loading: "lazy", width: 160, height: 90 })),
      h("div", { class: "row" }, star, this.#rename(take, title), h("button", { type: "button", class: "quiet round", "aria-label": `Delete ${take.title}`, onclick: () => this.#delete(take) }, icon("trash"))),
    );
    this.#dress(play);
    return item;
  }

  #rename(take, title) {
    const button = h("button", { type: "button", class: "quiet small", "aria-label": `Rename ${take.title}`, onclick: () => {
      const input = h("input", { value: take.title, maxlength: 80, "aria-label": "New title" });
      let isOpen = true;
      const done = async (save) => {
        if (!isOpen) return; // taking the field away takes the focus, too
        isOpen = false;
        input.replaceWith(title);
        if (save && input.value.trim() !== take.title) await this.#change(take, { title: input.value.trim() });
        button.focus();
      };
      input.addEventListener("keydown", (event) => event.key === "Enter" ? done(true) : event.key === "Escape" && done(false));
      input.addEventListener("blur", () => done(true));
      title.replaceWith(input);
      input.select();
    } }, "Rename");
    return button;
  }

  async #change(take, change) {
    try {
      await patch(`/api/compositions/${take.id}`, change);
      await this.load();
    } catch (error) {
      toast(error.message, "wrong");
    }
  }

  async #delete(take) {
    if (!confirm(`Delete “${take.title}”, its files and its share page?`)) return;
    try {
      await remove(`/api/compositions/${take.id}`);
      await this.load();
      toast("Deleted");
    } catch (error) {
      toast(error.message, "wrong");
    }
  }

  #toggle(take) {
    const address = new URL(take.files.mp3, location.href).href;
    if (this.player.src !== address) this.player.src = address;
    else if (!this.player.paused) return this.player.pause();
    this.player.play().catch(() => toast("The sound cannot be played here.", "wrong"));
  }

  #dressButtons() {
    for (const button of this.list.querySelectorAll("[data-mp3]")) this.#dress(button);
  }

  #dress(button) {
    const sounds = !this.player.paused && this.player.src === new URL(button.dataset.mp3, location.href).href;
    show(button, icon(sounds ? "pause" : "play"));
    button.setAttribute("aria-label", `${sounds ? "Pause" : "Play"} ${button.dataset.title}`);
  }
}

function day(seconds) {
  return new Date(seconds * 1000).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}
