// slow.mjs - a provider that takes its time, in a process of its own
//
// The Gemini double for run.mjs, so that the test's own client and the provider do
// not wait for each other. Messages: { delay, pictureBytes } starts it and is answered by
// { url }; "figures" is answered by { calls, peak, connections, refused }.
// SPDX-License-Identifier: MIT

import { startGemini } from "../lib/gemini.mjs";

let double = null;

process.on("message", async (message) => {
    if (message === "figures") {
        process.send({
            calls: double.calls.length, peak: double.peak, connections: double.connections, refused: double.refused,
        });
        return;
    }
    double = await startGemini(message);
    process.send({ url: double.url });
});
process.on("disconnect", () => process.exit(0));
