// run.mjs - does every document of this folder describe what really happens?
//
//     node tests/requests/run.mjs [part of a name]
//
// Serves each document's configuration with doubles for the providers, sends its
// request, and compares what went upstream and what came back. The form of a
// document is in README.md.
// SPDX-License-Identifier: MIT

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startChat } from "../lib/chat.mjs";
import { parseDocument } from "../lib/document.mjs";
import { startGemini } from "../lib/gemini.mjs";
import { finish, test } from "../lib/harness.mjs";
import { send } from "../lib/http.mjs";
import { difference, show } from "../lib/pattern.mjs";
import { startPictor } from "../lib/pictor.mjs";
import { callDifference, callsDifference, planDifference, replyDifference } from "./compare.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));
const keys = ["test-key", "other-key"];
const gemini = await startGemini({ keys });
const chat = await startChat({ keys });

// The block that a call belongs to: the next in order, or of the neighbours in any
// order the first that matches.
function placeFor(places, call) {
    const open = places.filter((place) => !place.call);
    const fixed = open.findIndex((place) => !place.expected.anyOrder);
    const group = open.slice(0, fixed === 0 ? 1 : fixed > 0 ? fixed : open.length);
    return group.find((place) => !callDifference(place.expected, call, "")) ?? group[0];
}

// From now on the doubles answer as the blocks say, and all calls are kept in one list.
function prepare(blocks) {
    const places = blocks.map((expected, i) => ({ expected, path: `call ${i + 1}`, call: null }));
    const calls = [];
    const script = (call) => {
        calls.push(call);
        const place = placeFor(places, call);
        if (place) {
            place.call = call;
        }
        return place?.expected.answer;
    };
    for (const double of [gemini, chat]) {
        double.reset();
        double.script = script;
    }
    return { places, calls };
}

async function explain(document, pictor) {
    const { calls } = prepare([]);
    const reply = await send(pictor.url, document.request, { "x-pictor-explain": "1" });
    const [call] = calls;
    return call ? `plan: expected explaining to send nothing, got ${call.method} ${call.path}`
        : planDifference(document.plan, reply);
}

// Lines are written behind the reply, so the last one may need a moment.
async function logDifference(patterns, pictor, from) {
    for (const pattern of patterns) {
        const there = () => pictor.log.slice(from).some((line) => !difference(pattern, line, ""));
        for (let tries = 0; tries < 25 && !there(); tries++) {
            await sleep(20);
        }
        if (!there()) {
            return `log: expected a line like ${show(pattern)}, got ${pictor.lines.slice(from).join("\n")}`;
        }
    }
    return null;
}

async function wrongWith(document, pictor) {
    const from = pictor.log.length;
    const plan = document.plan === undefined ? null : await explain(document, pictor);
    if (plan) {
        return plan;
    }
    const { places, calls } = prepare(document.calls);
    const reply = await send(pictor.url, document.request);
    return callsDifference(document, places, calls) ?? replyDifference(document.reply, reply)
        ?? await logDifference(document.log ?? [], pictor, from);
}

// Beside the first difference, what helps to understand it: refusals of the doubles, warnings of the log.
async function runDocument(document, pictor) {
    const from = pictor.lines.length;
    const wrong = await wrongWith(document, pictor).catch((error) => `${document.request.path}: ${error.message}`);
    if (wrong) {
        const refused = [...gemini.refused, ...chat.refused].map((text) => `the double refused ${text}`);
        const warnings = pictor.lines.slice(from).filter((line) => !line.includes("\"level\":\"info\""));
        await sleep(pictor.alive() ? 0 : 200);      // the end of a log comes behind the end of its process
        throw [wrong, ...refused, ...warnings.slice(-3), ...pictor.alive() ? [] : ["pictor died"]].join("\n");
    }
}

async function readDocuments(part) {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".md") && name !== "README.md").sort();
    const documents = [];
    for (const name of names.filter((one) => one.includes(part))) {
        const text = await readFile(join(folder, name), "utf8");
        try {
            const document = parseDocument(name, text);
            document.config ??= await readFile(join(folder, document.configFile ?? "pictor.lua"), "utf8");
            documents.push(document);
        } catch (error) {
            await test(name, () => { throw error.message; });
        }
    }
    return documents;
}

function byConfig(documents) {
    const groups = new Map();
    for (const document of documents) {
        groups.set(document.config, [...groups.get(document.config) ?? [], document]);
    }
    return groups;
}

// All documents of one configuration share one process, and get another one if it dies.
async function runGroup(config, documents) {
    const filled = config.replaceAll("$GEMINI", gemini.url).replaceAll("$CHAT", chat.url);
    const label = documents.length === 1 ? documents[0].name : `${documents[0].name} and ${documents.length - 1} more`;
    let pictor = null;
    for (const document of documents) {
        await test(`${document.name}: ${document.title}`, async () => {
            pictor = pictor?.alive() ? pictor : await startPictor({ config: filled, secrets: keys });
            await runDocument(document, pictor);
        });
    }
    await test(`pictor ends well after ${label}`, () => pictor?.stop());
}

for (const [config, documents] of byConfig(await readDocuments(process.argv[2] ?? ""))) {
    await runGroup(config, documents);
}
await gemini.stop();
await chat.stop();
finish();
