// The frame around the pages: addresses, navigation, theme, who is signed in, and whether the server answers.

import { ApiError, connection, get, lost, remove } from "./api.js";
import { h, show } from "./dom.js";
import { icon } from "./icons.js";
import { isDark, startTheme, toggleTheme } from "./theme.js";

const PAGES = [
  [/^\/(?:compose)?$/, () => import("./pages/compose.js")],
  [/^\/compose\/([0-9a-f]{12})$/, () => import("./pages/job.js")],
  [/^\/library$/, () => import("./pages/library.js")],
  [/^\/library\/([0-9a-f]{12}-\d{1,2})$/, () => import("./pages/composition.js")],
  [/^\/train$/, () => import("./pages/train.js")],
  [/^\/train\/genre\/([a-z0-9-]+)$/, () => import("./pages/genre.js")],
  [/^\/train\/([0-9a-f]{12})$/, () => import("./pages/training.js")],
  [/^\/learn(?:\/([a-z-]+))?$/, () => import("./pages/learn.js")],
  [/^\/s\/([\w-]+)$/, () => import("./pages/share.js")],
  [/^\/signin$/, () => import("./pages/signin.js")],
];

const OPEN = /^\/(signin$|s\/)/; // for whoever is not signed in

const place = document.getElementById("page");
let leave = () => {};
let visit = 0;

/** Go to an address of the studio. */
export function go(address, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  return open();
}

async function open({ quiet = false } = {}) {
  const mine = (visit += 1);
  const { pathname } = location;
  const [pattern, load] = PAGES.find(([expression]) => expression.test(pathname)) ?? [
    null,
    () => import("./pages/missing.js"),
  ];
  markCurrent(pathname);
  place.setAttribute("aria-busy", "true");
  try {
    const { page } = await fetched(load);
    const built = await page(...(pattern?.exec(pathname).slice(1) ?? []));
    if (mine !== visit) {
      built.leave?.();
      return;
    }
    leave();
    leave = built.leave ?? (() => {});
    document.title = built.title ? `${built.title} · Tutti` : "Tutti";
    show(place, built.element);
    built.entered?.();
    if (!quiet) {
      scrollTo(0, 0);
      place.focus({ preventScroll: true });
    }
  } catch (error) {
    if (mine === visit) showFault(error);
  } finally {
    if (mine === visit) place.removeAttribute("aria-busy");
  }
}

/** Fetch a page's module; without a server it cannot be had, and `back` will try again. */
async function fetched(load) {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    lost();
    throw new ApiError(0, { message: "The studio does not answer: this page comes as soon as it does." });
  }
}

function showFault(error) {
  leave();
  leave = () => {};
  const isKnown = "status" in error;
  const text = isKnown ? error.message : "Something went wrong on this page. Load it again.";
  if (!isKnown) console.error(error);
  show(place, h("section", { class: "notice wrong" }, h("h1", {}, "This did not work"), h("p", {}, text)));
}

function markCurrent(pathname) {
  for (const link of document.querySelectorAll(".pages a")) {
    const target = link.getAttribute("href");
    const isHere = target === "/" ? /^\/(compose.*)?$/.test(pathname) : pathname.startsWith(target);
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function listen() {
  addEventListener("popstate", () => open());
  addEventListener("tutti:signin", () => OPEN.test(location.pathname) || go("/signin", { replace: true }));
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const isOurs = link && link.origin === location.origin && !link.hasAttribute("download") && !link.target;
    if (!isOurs || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (link.pathname.startsWith("/api/") || /\.\w+$/.test(link.pathname)) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}

function buildTopEnd() {
  const toggle = h("button", { type: "button", class: "quiet round", onclick: () => (toggleTheme(), dress()) });
  const dress = () => {
    toggle.setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
    show(toggle, icon(isDark() ? "sun" : "moon"));
  };
  dress();
  const who = h("span", { class: "row" });
  document.getElementById("top-end").append(who, toggle);
  get("/api/me").then(
    (me) => {
      if (me.mode === "local") return;
      const leave = async () => {
        await remove("/api/session").catch(() => {});
        go("/signin", { replace: true });
      };
      show(
        who,
        h("span", { class: "small dim" }, me.name),
        h("button", { type: "button", class: "quiet small", onclick: leave }, "Sign out"),
      );
    },
    () => {},
  );
}

function watchConnection() {
  const banner = document.getElementById("connection");
  connection.addEventListener("lost", () => {
    banner.textContent = "The studio does not answer. What you wrote is kept here; it goes on as soon as it is back.";
    banner.hidden = false;
  });
  connection.addEventListener("back", () => {
    banner.hidden = true;
    if (document.querySelector("main > .notice.wrong")) open({ quiet: true });
  });
}

startTheme();
listen();
buildTopEnd();
watchConnection();
open({ quiet: true });
