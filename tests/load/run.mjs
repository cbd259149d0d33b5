// run.mjs - does Pictor hold when many come at once, and does it let go of everything?
//
//     node tests/load/run.mjs [--long] [NAME]     # those whose name contains NAME; --long: ten times as many
//
// A crowd against a slow provider, pictures that must not pass through Lua, a thousand
// requests of which half fail, clients that leave, and every way to be told to
// stop. No time is measured tightly: the machine may be busy.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startChat } from "../lib/chat.mjs";
import { startGemini } from "../lib/gemini.mjs";
import { finish, skip, test } from "../lib/harness.mjs";
import { decodeBase64, readPicture } from "../lib/picture.mjs";
import { binary, startPictor } from "../lib/pictor.mjs";
import { ask, generation, json, key, talk } from "./raw.mjs";

const long = process.argv.includes("--long");
const only = process.argv.slice(2).find((word) => !word.startsWith("--")) ?? "";
const MIB = 1024 * 1024;
const folder = await mkdtemp(join(tmpdir(), "pictor-load-"));

const started = [];

async function start(options) {
    const pictor = await startPictor({ seconds: 30, ...options });
    started.push(pictor);
    return pictor;
}

// What a claim that failed left running would keep this process alive.
async function claim(name, fn) {
    if (!name.includes(only)) {
        return;
    }
    await test(name, fn);
    for (const pictor of started.splice(0).filter((one) => one.alive())) {
        pictor.child.kill("SIGKILL");
    }
}

function say(text) {
    console.log(`# ${text}`);
}

// A pictor.lua; limits and more are Lua.
function config({ gemini, chat, limits = "", more = "" }) {
    const google = gemini ? `google = { kind = "gemini", api_key = "test-key", base_url = "${gemini}/v1beta" },` : "";
    const router = chat ? `router = { kind = "chat", api_key = "test-key", base_url = "${chat}/v1" },` : "";
    return `return {
        listen = "$LISTEN", keys = { { name = "test", key = "test-key" } }, providers = { ${google} ${router} },
        limits = { ${limits} }, ${more}
    }`;
}

const model = "gemini-3-pro-image";
const fox = { prompt: "a fox", model };
const pictureOf = (entry) => readPicture(decodeBase64(entry.b64_json));

async function until(what, holds, seconds = 20) {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(20)) {
        if (await holds()) {
            return;
        }
    }
    assert.fail(`expected within ${seconds} s: ${what}`);
}

function percentile(numbers, part) {
    return [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * part))];
}

// Of /proc/PID/status, such as Threads or VmRSS (in kB).
function processFigure(pid, name) {
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
}

// ---- a crowd --------------------------------------------------------------------

const CROWD = long ? 4000 : 1000;
const DELAY = long ? 10000 : 3000;     // long enough for all to come before the first goes

async function startSlow() {
    const child = fork(fileURLToPath(new URL("slow.mjs", import.meta.url)));
    const tell = async (message) => {
        child.send(message);
        return (await once(child, "message"))[0];
    };
    const { url } = await tell({ delay: DELAY, pictureBytes: 5000 });
    return { url, port: Number(new URL(url).port), figures: () => tell("figures"), stop: () => child.disconnect() };
}

// What the same client and provider need without Pictor between them: the yardstick.
async function crowdOfItsOwn(slow) {
    const call = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "a fox" }] }] });
    const head = [`POST /v1beta/models/${model}:generateContent HTTP/1.1`, "host: x", "x-goog-api-key: test-key", json,
        `content-length: ${call.length}`].join("\r\n");
    const bytes = Buffer.from(`${head}\r\n\r\n${call}`);
    const talks = await Promise.all(Array.from({ length: CROWD }, () => talk(slow.port, [bytes])));
    assert.ok(talks.every(({ replies }) => replies[0]?.status === 200), "expected the double to answer a crowd by itself");
    return talks.map(({ ms }) => ms);
}

async function watchPeak(pictor, peak) {
    while (!peak.stopped) {
        const health = await pictor.health();
        peak.inFlight = Math.max(peak.inFlight, health.in_flight);
        peak.upstream = Math.max(peak.upstream, health.upstream.in_flight);
        peak.states = health.lua.states;
        peak.threads = Math.max(peak.threads, processFigure(pictor.child.pid, "Threads"));
        peak.rss = Math.max(peak.rss, processFigure(pictor.child.pid, "VmRSS"));
        await sleep(50);
    }
}

function sayCrowd(direct, times, idle, peak) {
    const added = (part) => Math.round(percentile(times, part) - percentile(direct, part));
    say(`${CROWD} in flight: added p50 ${added(0.5)} ms, p99 ${added(0.99)} ms over the provider's own`
        + ` ${Math.round(percentile(direct, 0.5))} and ${Math.round(percentile(direct, 0.99))} ms;`
        + ` RSS idle ${Math.round(idle / 1024)} MiB, at most ${Math.round(peak.rss / 1024)} MiB; ${peak.threads} threads`);
}

async function crowd() {
    const slow = await startSlow();
    const pictor = await start({ config: config({ gemini: slow.url, limits: `in_flight = ${CROWD + 10}` }) });
    const peak = { inFlight: 0, upstream: 0, states: 0, threads: 0, rss: 0, stopped: false };
    const before = await pictor.health();
    const idle = processFigure(pictor.child.pid, "VmRSS");
    const threads = processFigure(pictor.child.pid, "Threads");
    const watching = watchPeak(pictor, peak);
    const replies = await Promise.all(Array.from({ length: CROWD }, () => ask(pictor.port, generation(fox))));
    peak.stopped = true;
    await watching;
    const { peak: doublePeak, refused } = await slow.figures();
    sayCrowd(await crowdOfItsOwn(slow), replies.map(({ ms }) => ms), idle, peak);
    await pictor.stop();
    slow.stop();

    assert.deepEqual(refused, []);
    assert.deepEqual(replies.filter(({ status }) => status !== 200).map((reply) => reply.json), []);
    assert.equal(new Set(replies.map((reply) => pictureOf(reply.json.data[0]).label)).size, CROWD, "different pictures");
    assert.ok(doublePeak >= CROWD, `expected ${CROWD} calls at once at the provider, got ${doublePeak}`);
    assert.ok(peak.inFlight >= CROWD, `expected ${CROWD} requests at once, got ${peak.inFlight}`);
    assert.ok(peak.upstream >= CROWD * 0.9, `expected ${CROWD} calls at once in one client, got ${peak.upstream}`);
    assert.equal(peak.threads, threads, "expected no thread for a call");
    assert.equal(peak.states, before.lua.states);
    assert.ok(peak.states <= cpus().length, `expected a Lua state a core, got ${peak.states}`);
}

await claim(`${CROWD} requests in flight at once, all answered, by one upstream client and a few Lua states`, crowd);

// ---- pictures and the Lua heap ----------------------------------------------------

const gemini = await startGemini({ pictureBytes: 2000000 });
const chat = await startChat({ pictureBytes: 2000000 });

async function heapPeak(pictor) {
    return (await pictor.health()).lua.peak_bytes;
}

async function draw(pictor, body, times) {
    for (let i = 0; i < times; i += 4) {
        const replies = await Promise.all(Array.from({ length: 4 }, () => ask(pictor.port, generation(body))));
        for (const { status, json: reply } of replies) {
            assert.equal(status, 200, JSON.stringify(reply).slice(0, 500));
        }
    }
}

// A model that says two megabytes of words beside its picture: no base64, so Lua gets to see it.
async function wordy() {
    const words = "many words ".repeat(2 * MIB / 11);
    gemini.script = (call) => {
        const answer = gemini.draw(call);
        answer.body.candidates[0].content.parts.unshift({ text: words });
        return answer;
    };
}

await claim("2 MB pictures pass through without entering the Lua heap; 2 MB of words do, so the measure works", async () => {
    const pictor = await start({ config: config({ gemini: gemini.url, chat: chat.url }) });
    const growth = [];
    for (const id of [model, `router/google/${model}`]) {
        const body = { prompt: "a fox", model: id };
        await draw(pictor, body, 8);
        const before = await heapPeak(pictor);
        await draw(pictor, body, 20);
        growth.push(await heapPeak(pictor) - before);
    }
    await draw(pictor, { ...fox, n: 10 }, 4);
    wordy();
    const before = await heapPeak(pictor);
    await draw(pictor, fox, 4);
    const control = await heapPeak(pictor) - before;
    gemini.reset();
    await pictor.stop();
    say(`growth of the largest Lua heap by 20 pictures of 2 MB: ${growth.join(" and ")} bytes; by 2 MiB of words: ${control}`);
    assert.ok(chat.calls.length >= 28, "expected the calls of the chat provider to reach it");
    assert.ok(growth.every((bytes) => bytes < MIB / 4), `expected far less than one picture, got ${growth}`);
    assert.ok(control > 1.5 * MIB, `expected two megabytes of words to show, got ${control}`);
});

// ---- n at once --------------------------------------------------------------------

await claim("n = 10 is ten calls in flight at once, and the order is stable whoever is first", async () => {
    const small = await startGemini({ pictureBytes: 5000 });
    const pictor = await start({ config: config({ gemini: small.url }) });
    const seedOf = (call) => call.json.generationConfig.seed;
    small.script = (call) => ({ delay: 600 + 50 * (109 - seedOf(call)) });      // the last is the first to come
    const { status, json: reply, headers } = await ask(pictor.port, generation({ ...fox, n: 10, seed: 100 }));
    await pictor.stop();
    await small.stop();
    assert.deepEqual([status, small.calls.length, small.peak, headers["x-pictor-partial"]], [200, 10, 10, undefined]);
    const seeds = reply.data.map((entry) => {
        const { label } = pictureOf(entry);
        return seedOf(small.calls.find((call) => `gemini ${call.number}` === label));
    });
    assert.deepEqual(seeds, [100, 101, 102, 103, 104, 105, 106, 107, 108, 109]);
});

// ---- leaks --------------------------------------------------------------------------

// name -> what is asked for and what must come back. Answers are the double's by the prompt's first word.
const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const inline = (data) => ({ status: 200, body: { candidates: [{ finishReason: "STOP", content: { role: "model",
    parts: [{ inlineData: { mimeType: "image/png", data } }] } }] } });
const noise = Buffer.from(Array.from({ length: 30000 }, (_, i) => (i * 7919) & 255)).toString("base64");
const answers = {
    broken: { status: 500, body: { error: { code: 500, message: "Internal error encountered." } } },
    busy: { status: 429, body: { error: { code: 429, message: "Resource exhausted" } } },
    unpaid: { status: 402, body: {} },
    refused: { status: 200, body: { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } } },
    silent: { status: 200, body: { candidates: [{ finishReason: "NO_IMAGE" }] } },
    talking: { status: 200, body: { candidates: [{ content: { parts: [{ text: "I would rather not." }] } }] } },
    reset: { reset: true },
    cut: { status: 200, cut: true, body: inline(noise).body },
    garbage: { raw: "\u0000\u0001 this is not HTTP\r\n\r\n" },
    prose: { status: 200, body: "<html>not JSON</html>" },
    unpictured: inline(noise),
    truncated: inline(png.toString("base64").slice(0, -1)),
    marked: inline("<blob:0123456789abcdef:0>"),
    large: { status: 200, body: { padding: "A".repeat(2 * MIB) } },
    wordy: { status: 200, body: { padding: "many words ".repeat(MIB / 16) } },
    late: { status: 200, delay: 1500, body: {} },
};
const upstream = {
    broken: 502, busy: 429, unpaid: 429, refused: 400, silent: 502, talking: 502, reset: 502, cut: 502, garbage: 502,
    prose: 502, unpictured: 502, truncated: 502, marked: 502, large: 502, wordy: 502, late: 504,
};
const prompt = (word, more = {}) => generation({ prompt: `${word} fox`, model, ...more });
const wrong = [
    ...Object.entries(upstream).map(([word, status]) => [status, prompt(word)]),
    [502, prompt("broken", { n: 4 })], [400, prompt("refused", { n: 3 })],
    [400, generation("{\"prompt\":")], [400, generation("[1,2,3]")], [400, generation(Buffer.from([0x22, 0xff, 0x22]).toString("latin1"))],
    [400, prompt("good", { size: "big" })], [400, prompt("good", { nonsense: 1 })], [404, prompt("good", { model: "nobodys" })],
    [400, prompt("A".repeat(40000))], [401, generation(fox, [json, "authorization: Bearer wrong"])],
    [401, generation(fox, [json])], [415, generation(fox, [key, "content-type: text/plain"])],
    [413, generation({ prompt: "x ".repeat(MIB) })],
];
const good = [
    [200, prompt("good")], [200, prompt("good", { n: 3 })], [200, prompt("good", { size: "1792x1024", style: "vivid" })],
    [200, generation(fox, [key, json, "x-pictor-explain: 1"])], [200, prompt("B".repeat(20000))],
];

const POLICY = `
local policy = require "policy"
function policy.on_failure(_, fail, attempt)
    if fail.retry and attempt.tries < 2 then return "retry", 0.01 end
    return "next"
end
return policy
`;

// How leaks are seen: { name, wrap, requests }, or null.
function leakWatch() {
    if (readFileSync(binary).includes("__asan_init")) {
        return { name: "the program's own LeakSanitizer", wrap: [], requests: long ? 10000 : 1000 };
    }
    if (spawnSync("valgrind", ["--version"]).status === 0) {
        const wrap = ["valgrind", "--quiet", "--leak-check=full", "--error-exitcode=99", "--num-callers=30",
            `--log-file=${join(folder, "valgrind.log")}`];
        return { name: "valgrind", wrap, requests: long ? 3000 : 1000 };
    }
    return null;
}

// Leaves in the middle: of the head, of the body, while it is drawn.
const leavers = [
    [generation(fox).subarray(0, 30)], [generation({ prompt: "x ".repeat(5000) }).subarray(0, 3000)], [prompt("good")],
];

async function leave(port, pieces) {
    await talk(port, pieces, { after: (socket) => setTimeout(() => socket.destroy(), 5) });
}

async function askAll(port, count, failures) {
    let next = 0;
    const worker = async () => {
        while (next < count) {
            const i = next++;
            const [wanted, bytes] = i % 2 ? good[(i >> 1) % good.length] : wrong[(i >> 1) % wrong.length];
            const reply = await ask(port, bytes).catch((error) => ({ status: String(error) }));
            if (reply.status !== wanted) {
                failures.push(`${bytes.toString("latin1").slice(-80)}: expected ${wanted}, got ${reply.status} ${JSON.stringify(reply.json)}`);
            }
            if (i % 50 === 0) {
                await leave(port, leavers[(i / 50) % leavers.length]);
            }
        }
    };
    await Promise.all(Array.from({ length: 12 }, worker));
}

async function leaks(watch) {
    const double = await startGemini({ pictureBytes: 20000 });
    double.script = (call) => answers[call.json?.contents?.[0].parts[0].text.split(" ")[0]];
    await writeFile(join(folder, "policy.lua"), POLICY);
    const limits = 'in_flight = 16, upstream_timeout = 1, answer = "1MiB", body = "1MiB", lua_states = 2';
    const pictor = await start({
        config: config({ gemini: double.url, limits, more: `policy = "${join(folder, "policy.lua")}",` }),
        wrap: watch.wrap, seconds: 60,
    });
    const failures = [];
    await askAll(pictor.port, watch.requests, failures);
    const ended = await pictor.stop().then(() => null, (error) => error);
    await double.stop();
    const report = watch.wrap.length > 0 ? readFileSync(join(folder, "valgrind.log"), "utf8") : "";
    assert.equal(report.slice(0, 8000), "");
    assert.equal(ended, null, `${ended?.message}\n${pictor.strange.join("\n").slice(0, 8000)}`);
    assert.deepEqual([...new Set(failures)].slice(0, 10), []);
}

const watch = leakWatch();
const leakName = `${watch?.requests ?? 1000} requests, half of them failing in ${wrong.length} ways: no leak and no error`;
if (watch) {
    await claim(`${leakName}, says ${watch.name}`, () => leaks(watch));
} else {
    skip(leakName, "neither is valgrind installed nor is PICTOR a build with --sanitize=address");
}

// ---- clients that leave, and too many of them ---------------------------------------

await claim("clients that leave while their picture is drawn or sent: nothing stays in flight, and the next is served", async () => {
    gemini.delay = 300;
    const pictor = await start({ config: config({ gemini: gemini.url }) });
    const gone = Array.from({ length: 20 }, () => leave(pictor.port, [generation(fox)]));
    const half = talk(pictor.port, [generation({ ...fox, n: 4 })], { after: (socket) => socket.once("data", () => socket.destroy()) });
    await Promise.all([...gone, half]);
    await until("nothing in flight", async () => (await pictor.health()).in_flight === 0);
    gemini.delay = 0;
    const { status } = await ask(pictor.port, generation(fox));
    assert.equal(status, 200);
    await pictor.stop();
    assert.ok(pictor.log.some((line) => line.event === "request" && line.client === "gone"), "expected the log to say so");
});

await claim("more requests than limits.in_flight: 503 overloaded with Retry-After, at once; health still answers", async () => {
    gemini.delay = 1000;
    const pictor = await start({ config: config({ gemini: gemini.url, limits: "in_flight = 4" }) });
    const taken = Array.from({ length: 4 }, () => ask(pictor.port, generation(fox)));
    await until("four in flight", async () => (await pictor.health()).in_flight === 4);
    const { status, headers, json: reply } = await ask(pictor.port, generation(fox));
    assert.deepEqual([status, reply.error.code, headers["retry-after"]], [503, "overloaded", "2"]);
    assert.deepEqual((await Promise.all(taken)).map((one) => one.status), [200, 200, 200, 200]);
    gemini.delay = 0;
    await pictor.stop();
});

// ---- told to stop -------------------------------------------------------------------

// A pictor with one request under way, its provider answering as scripted.
async function underWay({ limits = "", script = null, delay = 0, body = fox }) {
    Object.assign(gemini, { delay, script });
    const pictor = await start({ config: config({ gemini: gemini.url, limits }), idle: false });
    const calls = gemini.calls.length;
    const asked = ask(pictor.port, generation(body)).catch((error) => ({ error }));
    await until("a call at the provider", () => gemini.calls.length > calls);
    return { pictor, asked };
}

async function ended(pictor) {
    if (pictor.alive()) {
        await once(pictor.child, "exit");
    }
    Object.assign(gemini, { delay: 0, script: null });
    return pictor.child.exitCode ?? pictor.child.signalCode;
}

await claim("SIGTERM with a request in flight: it is answered, new ones get 503 draining, exit code 0", async () => {
    const { pictor, asked } = await underWay({ delay: 1500 });
    pictor.child.kill("SIGTERM");
    await until("draining", async () => (await pictor.health()).status === "draining");
    const late = await ask(pictor.port, generation(fox));
    assert.deepEqual([late.status, late.json.error.code, late.headers["retry-after"], late.headers.connection],
        [503, "draining", "2", "close"]);
    const { status, json: reply } = await asked;
    assert.equal(status, 200);
    assert.equal(pictureOf(reply.data[0]).whole, true);
    assert.equal(await ended(pictor), 0);
    await pictor.stop();
});

await claim("SIGTERM while a large reply is being read slowly: it arrives whole", async () => {
    Object.assign(gemini, { delay: 0, script: null });
    const pictor = await start({ config: config({ gemini: gemini.url }), idle: false });
    const pause = (socket) => socket.once("data", () => {
        socket.pause();
        pictor.child.kill("SIGTERM");
        setTimeout(() => socket.resume(), 1000);
    });
    const { replies } = await talk(pictor.port, [generation({ ...fox, n: 10 })], { after: pause });
    assert.equal(replies.length, 1, "expected one whole reply");
    assert.equal(JSON.parse(replies[0].body).data.length, 10);
    assert.equal(await ended(pictor), 0);
    await pictor.stop();
});

await claim("beyond drain_timeout it ends all the same: who still waits is told, exit code 0", async () => {
    const { pictor, asked } = await underWay({ delay: 60000, limits: "drain_timeout = 1" });
    pictor.child.kill("SIGTERM");
    const { status, json: reply } = await asked;
    assert.deepEqual([status, reply?.error.code], [503, "draining"]);
    await until("its end", () => !pictor.alive());
    assert.equal(await ended(pictor), 0);
    assert.ok(pictor.log.some((line) => line.event === "stopped" && line.unfinished === 1), "expected the log to count it");
    await pictor.stop();
});

await claim("nor does a request that pauses before its next try keep it from ending", async () => {
    const busy = () => ({ status: 429, headers: { "retry-after": "7" }, body: {} });
    const { pictor, asked } = await underWay({ script: busy, limits: "drain_timeout = 0" });
    await until("its first try in the log", () => pictor.log.some((line) => line.event === "attempt"));
    const before = Date.now();
    pictor.child.kill("SIGTERM");
    assert.equal(await ended(pictor), 0);
    assert.ok(Date.now() - before < 6000, `expected no pause of 7 s, took ${Date.now() - before} ms`);
    assert.equal((await asked).status, 503);
    await pictor.stop();
});

await claim("a second SIGTERM ends it at once", async () => {
    const { pictor, asked } = await underWay({ delay: 60000, limits: "drain_timeout = 600" });
    pictor.child.kill("SIGTERM");
    await until("draining", async () => (await pictor.health()).status === "draining");
    pictor.child.kill("SIGTERM");
    await until("its end", () => !pictor.alive());
    assert.equal(await ended(pictor), "SIGTERM");
    assert.ok((await asked).error, "expected the connection to break");
});

await claim("SIGINT stops it too", async () => {
    const { pictor, asked } = await underWay({ delay: 300 });
    pictor.child.kill("SIGINT");
    assert.equal((await asked).status, 200);
    assert.equal(await ended(pictor), 0);
    await pictor.stop();
});

await claim("SIGHUP is logged, and changes nothing", async () => {
    const { pictor, asked } = await underWay({ delay: 500 });
    pictor.child.kill("SIGHUP");
    await until("a line in the log", () => pictor.log.some((line) => line.event === "reload" && line.error));
    assert.equal((await asked).status, 200);
    Object.assign(gemini, { delay: 0, script: null });
    assert.equal((await ask(pictor.port, generation(fox))).status, 200);
    await pictor.stop();
});

await gemini.stop();
await chat.stop();
await rm(folder, { recursive: true, force: true });
finish();
setTimeout(() => process.exit(), 1000).unref();     // a double that a failed claim left open
