// http.mjs - how does a test send exactly the request that it means?
//
// One connection a request, headers as they are written, and a reply that counts
// even when it comes before the whole body was taken.
// SPDX-License-Identifier: MIT

import { request as httpRequest } from "node:http";

const TIMEOUT_MS = 30000;

// A header whose value is "-" is one that shall not be there, not even by default.
function completeHeaders({ method, headers }) {
    const defaults = [["authorization", "Bearer test-key"]];
    if (method === "POST") {
        defaults.push(["content-type", "application/json"]);
    }
    const missing = defaults.filter(([name]) => !headers.some(([given]) => given === name));
    const out = {};
    for (const [name, value] of [...missing, ...headers].filter(([, one]) => one !== "-")) {
        out[name] = out[name] === undefined ? value : [out[name], value].flat();
    }
    return out;
}

function parseJson(text) {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

// request: { method, path, headers: [[name, value]], body: bytes }; extra: more headers.
// Gives { status, headers, text, json }.
export function send(url, request, extra = {}) {
    return new Promise((resolve, reject) => {
        const headers = { ...completeHeaders(request), ...extra };
        const out = httpRequest(url + request.path, { method: request.method, headers, agent: false });
        out.on("response", async (reply) => {
            const text = Buffer.concat(await reply.toArray()).toString("utf8");
            resolve({ status: reply.statusCode, headers: reply.headers, text, json: parseJson(text) });
        });
        out.setTimeout(TIMEOUT_MS, () => out.destroy(new Error(`no reply within ${TIMEOUT_MS} ms`)));
        out.on("error", reject);
        out.end(request.body);
    });
}
