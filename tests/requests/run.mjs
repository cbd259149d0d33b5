// run.mjs - does every document of this folder describe what really happens?
//
//     node tests/requests/run.mjs [part of a name]
//
// The documents of this folder; with a part, also those beside modules, whose names begin
// with the folder's ("bfl/states"). modules_test.mjs runs all of those. Serves each document's configuration with doubles for the providers, sends its
// requests, and compares what went upstream and what came back. The form of a
// document is in README.md.
// SPDX-License-Identifier: MIT

import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startChat } from "../lib/chat.mjs";
import { parseDocument } from "../lib/document.mjs";
import { startGemini } from "../lib/gemini.mjs";
import { startFiles } from "../lib/files.mjs";
import { finish, skip, test } from "../lib/harness.mjs";
import { send } from "../lib/http.mjs";
import { addressesOf, filledIn, startModuleDoubles } from "./doubles.mjs";
import { startOpenai } from "../lib/openai.mjs";
import { difference, show } from "../lib/pattern.mjs";
import { binary, root, startPictor } from "../lib/pictor.mjs";
import { checkStops, stopLater } from "../lib/stops.mjs";
import { callDifference, callsDifference, planDifference, replyDifference } from "./compare.mjs";
import { answerForOthers, ended, othersDifference, startOthers, stopServing } from "./others.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));
const home = process.env.PICTOR_HOME ?? root;      // whose modules are tried
const keys = ["test-key", "other-key"];
const secrets = [...keys, "expired-key"];
const gemini = await startGemini({ keys });
const chat = await startChat({ keys });
const openai = await startOpenai({ keys });
const azure = await startOpenai({ keys, azure: true });
const files = await startFiles();
const ofModules = await startModuleDoubles(home, { keys, files });
const doubles = [gemini, chat, openai, azure, ...ofModules.values()];

// What a document may call them.
const addresses = new Map([
    ["GEMINI", gemini.url], ["CHAT", chat.url], ["OPENAI", openai.url], ["AZURE", azure.url], ...addressesOf(ofModules, files),
]);

const withAddresses = (text) => filledIn(text, addresses);

// The C modules that this build has.
const version = execFileSync(binary, ["version"], { encoding: "utf8" });
const modules = [...version.matchAll(/^module ([\w-]+)/gm)].map(([, name]) => name);

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
        const others = answerForOthers(call);
        if (others) {
            return others;
        }
        calls.push(call);
        const place = placeFor(places, call);
        if (place) {
            place.call = call;
        }
        return place?.expected.answer;
    };
    for (const double of doubles) {
        double.reset();
        double.script = script;
    }
    return { places, calls };
}

async function explain(exchange, pictor) {
    const { calls } = prepare([]);
    const reply = await send(pictor.url, exchange.request, { "x-pictor-explain": "1" });
    const [call] = calls;
    return call ? `plan: expected explaining to send nothing, got ${call.method} ${call.path}`
        : planDifference(exchange.plan, reply);
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

// The request with what its flags let happen beside it -> its reply, and what is wrong with the others'.
async function sendAmongOthers({ request }, pictor) {
    const { beside = 0, draining, "stop-after": stopAfter } = request.flags;
    const others = await startOthers(beside || (draining ? 1 : 0), pictor);
    if (draining) {
        await stopServing(pictor);
    }
    const coming = send(pictor.url, request);
    if (stopAfter !== undefined) {
        await sleep(stopAfter);
        pictor.child.kill("SIGTERM");
    }
    const reply = await coming;
    const wrong = await othersDifference(others);
    if (draining || stopAfter !== undefined) {
        await ended(pictor);
    }
    return { reply, wrong };
}

// before: the reply to the exchange before. -> { wrong, reply }
async function runExchange(exchange, pictor, before) {
    const from = pictor.log.length;
    const plan = exchange.plan === undefined ? null : await explain(exchange, pictor);
    if (plan) {
        return { wrong: plan };
    }
    const { places, calls } = prepare(exchange.calls);
    const { reply, wrong } = await sendAmongOthers(exchange, pictor);
    return {
        reply,
        wrong: callsDifference(exchange, places, calls) ?? replyDifference(exchange.reply, reply, before, exchange.request)
            ?? wrong ?? await logDifference(exchange.log, pictor, from),
    };
}

async function wrongWith({ exchanges }, pictor) {
    let before;
    for (const [i, exchange] of exchanges.entries()) {
        const place = exchanges.length > 1 ? `exchange ${i + 1}: ` : "";
        const { wrong, reply } = await runExchange(exchange, pictor, before)
            .catch((error) => ({ wrong: `${exchange.request.path}: ${error.message}` }));
        if (wrong) {
            return place + wrong;
        }
        before = reply;
    }
    return null;
}

// Beside the first difference, what helps to understand it: refusals of the doubles, warnings of the log.
async function runDocument(document, pictor) {
    const from = pictor.lines.length;
    const wrong = await wrongWith(document, pictor);
    if (wrong) {
        const refused = doubles.flatMap((double) => double.refused).map((text) => `the double refused ${text}`);
        const warnings = pictor.lines.slice(from).filter((line) => !line.includes("\"level\":\"info\""));
        await sleep(pictor.alive() ? 0 : 200);      // the end of a log comes behind the end of its process
        throw [wrong, ...refused, ...warnings.slice(-3), ...pictor.alive() ? [] : ["pictor died"]].join("\n");
    }
}

// { name (as it is shown), folder, file } of all documents: this folder's, then those of the modules.
async function listDocuments() {
    const modulesFolder = join(home, "modules");
    const list = [];
    for (const [where, prefix] of [[folder, ""], ...(await readdir(modulesFolder)).sort()
        .map((name) => [join(modulesFolder, name, "requests"), `${name}/`])]) {
        const files = await readdir(where).catch(() => []);
        const found = files.filter((name) => name.endsWith(".md") && name !== "README.md").sort();
        list.push(...found.map((file) => ({ name: prefix + file, folder: where, file })));
    }
    return list;
}

async function readDocuments(part) {
    const documents = [];
    const chosen = (await listDocuments()).filter(({ name }) => part ? name.includes(part) : !name.includes("/"));
    for (const { name, folder: where, file } of chosen) {
        const text = withAddresses(await readFile(join(where, file), "utf8"));
        try {
            const document = parseDocument(name, text);
            document.config ??= await readFile(join(where, document.configFile ?? "pictor.lua"), "utf8");
            documents.push(document);
        } catch (error) {
            await test(name, () => { throw error.message; });
        }
    }
    return documents;
}

// Why this build cannot be asked what the document asks; null when it can.
function reasonToSkip({ needs = {} }) {
    if (needs.with && !modules.includes(needs.with)) {
        return `built without the module ${needs.with}`;
    }
    return modules.includes(needs.without) ? `built with the module ${needs.without}` : null;
}

// -> the documents that this build can be asked
function skipOthers(documents) {
    return documents.filter((document) => {
        const why = reasonToSkip(document);
        if (why) {
            skip(`${document.name}: ${document.title}`, why);
        }
        return !why;
    });
}

function byConfig(documents) {
    const groups = new Map();
    for (const document of documents) {
        groups.set(document.config, [...groups.get(document.config) ?? [], document]);
    }
    return groups;
}

// All documents of one configuration share one process, and get another one when it has ended.
async function runGroup(config, documents) {
    const filled = withAddresses(config);
    let pictor = null;
    for (const document of documents) {
        await test(`${document.name}: ${document.title}`, async () => {
            if (!pictor?.alive()) {
                pictor = await startPictor({ config: filled, secrets });
                pictor.first = document.name;
            }
            await runDocument(document, pictor);
        });
        if (pictor && (!pictor.alive() || document === documents.at(-1))) {
            stopLater(pictor, `${pictor.first} and what shared it`);
            pictor = null;
        }
    }
}

// An error that no document shows is one that nobody has seen.
async function checkCodes(documents) {
    const table = await readFile(join(folder, "../../core/errors.h"), "utf8");
    const codes = [...table.matchAll(/X\((\w+), +\d+/g)].map(([, code]) => code);
    const shown = documents.flatMap(({ exchanges }) => exchanges.map(({ reply }) => reply.body?.error?.code));
    const missing = codes.filter((code) => !shown.includes(code));
    await test("every code of core/errors.h is the reply of a document", () => {
        if (codes.length === 0 || missing.length > 0) {
            throw `documents: expected one for each code, got none for ${missing.join(", ") || "any"}`;
        }
    });
}

const part = process.argv[2] ?? "";
const documents = await readDocuments(part);
if (documents.length === 0) {
    await test(`a document whose name contains "${part}"`, () => { throw "expected one at least, got none"; });
}
for (const [config, group] of byConfig(skipOthers(documents))) {
    await runGroup(config, group);
}
await checkStops();
if (!part) {
    await checkCodes(documents);
}
await test("no link was followed with anybody's key", () => {
    if (files.refused.length > 0) {
        throw files.refused.join("\n");
    }
});
for (const server of [...doubles, files]) {
    await server.stop();
}
finish();
