// stops.mjs - did every Pictor of this file end well?
//
// Stopping takes a moment for which nobody has to wait: it goes on beside the next test,
// and how it ended is a claim of its own at the end.
// SPDX-License-Identifier: MIT

import { test } from "./harness.mjs";

const stops = [];

// label: what the process was for, "bfl".
export function stopLater(pictor, label) {
    stops.push({ label, stopped: pictor.stop().then(() => null, (error) => error) });
}

export async function checkStops() {
    for (const { label, stopped } of stops) {
        await test(`pictor ends well after ${label}`, async () => {
            const error = await stopped;
            if (error) {
                throw error;
            }
        });
    }
}
