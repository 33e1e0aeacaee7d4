// Uploads that tell how far they are.

import { Problem } from "./problem.js";
import { BASE, unreachable } from "./request.js";

/** @import { Api } from "./api.js" */
/** @import { Attachment } from "./frames.d.ts" */

/**
 * Uploads a file; `progress(part)` hears how much of it is there, from 0 to 1.
 * @param {Api} api
 * @param {File} file
 * @param {{ progress: (part: number) => void, signal?: AbortSignal }} how
 * @returns {Promise<Attachment>}
 */
export function upload(api, file, { progress, signal }) {
  const body = new FormData();
  body.append("file", file, file.name);
  return api.asking((head) => new Promise((resolve, reject) => {
    // Of what was sent already only this old interface tells.
    const request = new XMLHttpRequest();
    request.open("POST", `${BASE}/attachments`);
    request.responseType = "json";
    for (const [name, value] of Object.entries(head)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => total && progress(loaded / total);
    request.onload = () => (request.status < 300 ? resolve(request.response)
      : reject(new Problem(request.status, request.response ?? {})));
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new Problem(0, { code: "cancelled", detail: "Cancelled." }));
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  }));
}
