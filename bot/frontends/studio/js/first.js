// Runs before anything is painted, so that a dark page never flashes light: the user's choice, else the system's.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("tutti.theme");
  } catch {
    // blocked cookies block this, too
  }
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = chosen ?? system;
})();
