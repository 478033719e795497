// Runs before anything is painted, so that a dark page never flashes light: the user's choice, else the system's.
document.documentElement.dataset.theme =
  localStorage.getItem("tutti.theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
