// What is done with a conversation, each thing at its address.

/** @import { Acts } from "./parts.d.ts" */

/** @type {Acts} */
export const ACTS = {
  accept: (api, id) => api.post(`/conversations/${id}/accept`, {}),
  wake: (api, id) => api.post(`/conversations/${id}/wake`, {}),
  reopen: (api, id) => api.post(`/conversations/${id}/reopen`, {}),
  claim: (api, id, body = {}) => api.post(`/conversations/${id}/claim`, body),
  decline: (api, id, body = {}) => api.post(`/conversations/${id}/decline`, body),
  requeue: (api, id, body) => api.post(`/conversations/${id}/requeue`, body),
  park: (api, id, body) => api.post(`/conversations/${id}/park`, body),
  transfer: (api, id, body) => api.post(`/conversations/${id}/transfer`, body),
  close: (api, id, body = {}) => api.post(`/conversations/${id}/close`, body),
  priority: (api, id, body) => api.put(`/conversations/${id}/priority`, body),
};
