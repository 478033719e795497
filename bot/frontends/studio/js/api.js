// Talks to the server: JSON in, JSON out, errors with the field that they are about, and whether it answers at all.

const PING_MS = 2000;

/** What the server refused, or that it did not answer (status 0). */
export class ApiError extends Error {
  constructor(status, { message, field = null, token = null }) {
    super(message);
    this.status = status;
    this.field = field;
    this.token = token;
  }
}

/** Tells `lost` and `back`. */
export const connection = new EventTarget();
let isLost = false;

/** Note that the server did not answer; it is asked until it does. */
export function lost() {
  if (isLost) return;
  isLost = true;
  connection.dispatchEvent(new Event("lost"));
  const timer = setInterval(async () => {
    const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
    if (!answer) return;
    clearInterval(timer);
    isLost = false;
    connection.dispatchEvent(new Event("back"));
  }, PING_MS);
}

/** Ask the server; `body` becomes JSON unless it is a form. Throws ApiError. */
export async function call(method, path, body, { headers = {}, signal } = {}) {
  const isForm = body instanceof FormData;
  const all = { Accept: "application/json", ...headers };
  if (method !== "GET") all["X-Tutti"] = "studio";
  if (body !== undefined && !isForm) all["Content-Type"] = "application/json";
  const sent = isForm || body === undefined ? body : JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(path, { method, headers: all, body: sent, signal, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    lost();
    throw new ApiError(0, { message: "The studio does not answer: it is asked again until it does." });
  }
  return read(answer);
}

async function read(answer) {
  if (answer.status === 204) return null;
  const data = await answer.json().catch(() => null);
  if (answer.ok) return data;
  const message = data?.error?.message ?? `The studio answered ${answer.status}: try again.`;
  if (answer.status === 401) dispatchEvent(new Event("tutti:signin"));
  throw new ApiError(answer.status, { message, field: data?.error?.field, token: data?.error?.token });
}

export const get = (path, options) => call("GET", path, undefined, options);
export const post = (path, body, options) => call("POST", path, body, options);
export const patch = (path, body) => call("PATCH", path, body);
export const remove = (path) => call("DELETE", path);

/** Send a form and tell how much has gone (0-1). Throws ApiError; refused while uploading, it ends at once. */
export function upload(path, form, onProgress = () => {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("X-Tutti", "studio");
    request.responseType = "json";
    request.upload.addEventListener(
      "progress",
      (event) => event.lengthComputable && onProgress(event.loaded / event.total),
    );
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.response);
      else
        reject(
          new ApiError(
            request.status,
            request.response?.error ?? { message: `The studio answered ${request.status}.` },
          ),
        );
    });
    request.addEventListener("error", () => {
      reject(
        new ApiError(0, {
          message: "The upload broke off: the file may be too large or of another kind, or the connection was lost.",
        }),
      );
    });
    request.send(form);
  });
}
