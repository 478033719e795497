// What the browser keeps from one visit to the next; one that keeps nothing (blocked cookies) is no obstacle.

/** What was kept under a name, null if nothing was. */
export function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keep a text under a name. */
export function keep(name, text) {
  try {
    localStorage.setItem(name, text);
  } catch {
    // full or forbidden: then it lasts as long as the page
  }
}
