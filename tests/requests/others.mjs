// others.mjs - what else goes on while a document's request is served?
//
// Requests of other clients that are under way, and a stop of the process. Whatever
// becomes of the document's own request, the others must get their pictures.
// SPDX-License-Identifier: MIT

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { send } from "../lib/http.mjs";
import { replyDifference } from "./compare.mjs";

const PROMPT = "somebody else's picture";
const DRAWN_MS = 700;       // how long the double takes for it
const PATIENCE_MS = 10000;

const request = {
    method: "POST", path: "/v1/images/generations", headers: [], body: JSON.stringify({ prompt: PROMPT }),
};

let gone = 0;       // calls for them that ever went upstream

// The double's answer to a call that is none of the document's; null when it is.
export function answerForOthers(call) {
    if (!call.bytes.includes(PROMPT)) {
        return null;
    }
    gone++;
    return { delay: DRAWN_MS };
}

async function until(what, happened) {
    for (const end = Date.now() + PATIENCE_MS; !await happened(); await sleep(10)) {
        if (Date.now() > end) {
            throw new Error(`others: expected ${what} within ${PATIENCE_MS} ms`);
        }
    }
}

// Sends count requests, and gives their replies to come once all have gone upstream.
export async function startOthers(count, pictor) {
    const before = gone;
    const replies = Array.from({ length: count }, () => send(pictor.url, request));
    await until(`${count} requests to go upstream`, () => gone >= before + count);
    return replies;
}

export async function stopServing(pictor) {
    pictor.child.kill("SIGTERM");
    await until("a stopping server", async () => (await pictor.health()).status === "draining");
}

export async function othersDifference(replies) {
    for (const reply of await Promise.all(replies)) {
        const wrong = replyDifference({ status: 200, headers: [["x-pictor-model", "…"]] }, reply);
        if (wrong) {
            return `others: ${wrong}`;
        }
    }
    return null;
}

// After a stop was asked for, the process ends by itself.
export async function ended(pictor) {
    if (pictor.alive()) {
        await once(pictor.child, "exit");
    }
}
