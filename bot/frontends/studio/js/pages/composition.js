// One composition of the library.

import { CompositionView } from "../composition-view.js";

/** Show a take by its id. */
export async function page(id) {
  const view = new CompositionView();
  const take = await view.open(id);
  return { title: take.title, element: view.element, leave: () => view.leave() };
}
