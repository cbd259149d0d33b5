// run.mjs - does a replay answer as the providers did, and is no key in a recording?
//
//     node tests/tapes/run.mjs
//
// One recording of all kinds of exchanges with doubles behind it: its cassettes are looked
// at, and it is played while the doubles count who calls. Then what may go wrong: requests
// that were not recorded, folders and cassettes that are broken, a disk that takes nothing.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { spawnSync, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync }
    from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChat } from "../lib/chat.mjs";
import { startDouble } from "../lib/double.mjs";
import { startFiles } from "../lib/files.mjs";
import { startGemini } from "../lib/gemini.mjs";
import { finish, test } from "../lib/harness.mjs";
import { send } from "../lib/http.mjs";
import { startOpenai } from "../lib/openai.mjs";
import { makePicture } from "../lib/picture.mjs";
import { binary, root, startPictor } from "../lib/pictor.mjs";

const KEYS = { google: "sk-google/0123456789+x", router: "sk-router-0123456789", openai: "sk-openai-0123456789",
    orders: "sk-orders-0123456789", client: "pk-client-0123456789" };
const SIGNATURE = "5f1d8a0b77c3e942", TOKEN = "ya29.a-token-of-an-hour", COOKIE = "session-0123456789abcdef";
const NEVER = [...Object.values(KEYS), JSON.stringify(KEYS.google).slice(1, -1).replaceAll("/", "\\/"), SIGNATURE, TOKEN, COOKIE];

const folder = mkdtempSync(join(tmpdir(), "pictor-tapes-"));
const tape = join(folder, "tape");
const gemini = await startGemini({ keys: [KEYS.google] });
const router = await startChat({ keys: [KEYS.router] });
const openai = await startOpenai({ keys: [KEYS.openai] });
const files = await startFiles();

// ---- a provider that takes orders ----------------------------------------------------

const large = makePicture("png", { width: 64, height: 48, seed: 3, bytes: 9000 });
const polls = new Map();

function drawOrder(call) {
    const id = /^\/orders\/(\w+)/.exec(call.path)?.[1];
    if (call.path === "/token") {
        return { body: { access_token: TOKEN, refresh: "another-secret-of-the-token" } };
    } else if (call.path === "/orders") {
        polls.set(`o${polls.size}`, 0);
        return { body: { id: `o${polls.size - 1}`, echo: null, list: [], exact: 0.12345678901234567 } };
    } else if (call.path.endsWith("/picture")) {
        return { body: large, headers: { "content-type": "image/png" } };
    }
    polls.set(id, polls.get(id) + 1);
    return { body: { id, done: polls.get(id) > 1, path: `/orders/${id}/picture?sig=${SIGNATURE}` } };
}

const orders = await startDouble({ name: "orders", judge: () => null, draw: drawOrder });
const doubles = [gemini, router, openai, orders];

// Pictor's own folder with one module more.
const home = join(folder, "home");
mkdirSync(join(home, "modules/orders"), { recursive: true });
for (const name of ["core", "scripts"]) {
    symlinkSync(join(root, name), join(home, name));
}
for (const name of readdirSync(join(root, "modules"))) {
    symlinkSync(join(root, "modules", name), join(home, "modules", name));
}
cpSync(join(root, "tests/tapes/orders.lua"), join(home, "modules/orders/orders.lua"));

const config = `return {
    listen = "$LISTEN", ca_file = "${join(folder, "ca.pem")}", egress = { allow = { "${files.host}" } },
    keys = { { name = "test", key = "${KEYS.client}" } },
    privacy = { strip_metadata = false }, limits = { upstream_timeout = 4, in_flight = 64 },
    providers = {
        google = { kind = "gemini", api_key = "${KEYS.google}", base_url = "${gemini.url}/v1beta" },
        router = { kind = "chat", api_key = "${KEYS.router}", base_url = "${router.url}/v1" },
        openai = { kind = "openai", api_key = "${KEYS.openai}", base_url = "${openai.url}/v1" },
        orders = { kind = "orders", secret = "${KEYS.orders}", base_url = "${orders.url}" },
        nobody = { kind = "chat", api_key = "${KEYS.router}", base_url = "http://127.0.0.1:1/v1" },
    },
}`;
cpSync(files.ca, join(folder, "ca.pem"));
const configFile = join(folder, "pictor.lua");
writeFileSync(configFile, config.replaceAll("$LISTEN", "127.0.0.1:9"));

function start(mode, dir = tape) {
    return startPictor({ config, args: [mode, dir], env: { PICTOR_HOME: home }, secrets: NEVER });
}

// A start that fails. Gives { code, err }.
function refused(...args) {
    const ran = spawnSync(binary, ["serve", "-c", configFile, ...args], { env: { ...process.env, PICTOR_HOME: home },
        encoding: "utf8", timeout: 20000 });
    return { code: ran.status, err: ran.stderr };
}

async function ask(pictor, { path = "generations", ...body }) {
    const request = { method: "POST", path: `/v1/images/${path}`, headers: [["authorization", `Bearer ${KEYS.client}`]],
        body: JSON.stringify(body) };
    const reply = await send(pictor.url, request);
    const { date, "x-request-id": id, "server-timing": timing, ...headers } = reply.headers;
    delete reply.json.created;
    return { status: reply.status, headers: { ...headers, "content-length": 0 }, json: reply.json };     // names have no order
}

// ---- what is recorded -----------------------------------------------------------------

const link = (bytes) => `data:image/png;base64,${bytes.toString("base64")}`;
const photo = makePicture("jpeg", { width: 80, height: 60, seed: 4, bytes: 20000 });
const small = makePicture("png", { width: 8, height: 8, seed: 5 });
const signed = files.add(photo, { path: "/signed.jpg", type: "image/jpeg" });
const fox = { model: "google/gemini-3-pro-image", prompt: "a fox" };
const talk = (content) => ({ status: 200, body: { choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }] } });

// name, request, what the double says instead of its own, which double
const asked = [
    ["a picture", fox],
    ["the same again, and another answer", fox],
    ["three side by side", { ...fox, n: 3, prompt: "three foxes", seed: 7 }],
    ["a prompt with a key in it", { ...fox, prompt: `a fox that says ${KEYS.google} and {{picture fox.png}} and <blob:00:00>` }],
    ["an edit as JSON", { ...fox, path: "edits", prompt: "make it night", images: [{ image_url: link(large) }, { image_url: link(small) }] }],
    ["an edit as a form", { path: "edits", model: "openai/gpt-image-2", prompt: "make it day", images: [{ image_url: link(large) }] }],
    ["two in one call", { model: "openai/gpt-image-2", prompt: "two", n: 2 }],
    ["an edit of a link", { ...fox, path: "edits", prompt: "of a link", images: [{ image_url: `${signed}?X-Amz-Signature=${SIGNATURE}` }] }],
    ["a picture in a text", { model: "router/google/gemini-3-pro-image", prompt: "in a text" },
        [talk(`Here: ![fox](${link(large)}), said {{picture fox.png}}.`)], router],
    ["a short picture", { model: "router/google/gemini-3-pro-image", prompt: "short" }, [talk(`![fox](${link(small)})`)], router],
    ["a link of the provider", { model: "router/google/gemini-3-pro-image", prompt: "a link" },
        [{ status: 200, headers: { "set-cookie": COOKIE }, body: { choices: [{ message: { images: [{ image_url:
            { url: `${signed}?a=1&X-Amz-Signature=${SIGNATURE}` } }] } }] } }], router],
    ["a link that is gone", { model: "router/google/gemini-3-pro-image", prompt: "gone" },
        [{ status: 200, body: { choices: [{ message: { images: [{ image_url: { url: `https://${files.host}/nowhere` } }] } }] } }], router],
    ["a picture after a 429", { ...fox, prompt: "busy" },
        [{ status: 429, headers: { "retry-after": "1" }, body: { error: { code: 429, message: "slowly" } } }], gemini],
    ["a refusal", { model: "openai/gpt-image-2", prompt: "refused" },
        [{ status: 400, body: { error: { code: "moderation_blocked", message: `no, ${KEYS.openai}` } } }], openai],
    ["what is not JSON", { ...fox, prompt: "garbage" }, Array(3).fill({ status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad\n\"Gateway\"</h1>" }), gemini],
    ["a broken connection", { ...fox, prompt: "broken" }, Array(9).fill({ reset: true }), gemini],
    ["nobody there", { model: "nobody/google/gemini-3-pro-image", prompt: "nobody" }],
    ["a slow answer", { ...fox, prompt: "slow" }, [{ delay: 6000 }], gemini],
    ["an order", { model: "orders/any", prompt: "an order" }],
    ["an order with a seed", { model: "orders/any", prompt: "an order", seed: 7 }],
    ["another order", { model: "orders/any", prompt: "an order" }],
];

const replies = [];

// A recording hides the keys in what providers say; without one, their words are the client's.
const hide = (reply) => JSON.parse(Object.values(KEYS).reduce((text, key) => text.replaceAll(key, "***"), JSON.stringify(reply)));

await test("recording changes no reply, and writes what went out", async () => {
    const pictor = await start("--record");
    for (const [, request, answers = [], double] of asked) {
        double?.queue.push(...answers);
        replies.push(hide(await ask(pictor, request)));
        double?.reset();
    }
    await pictor.stop();
    assert.deepEqual(replies.map(({ status }) => status),
        [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 502, 200, 400, 502, 502, 502, 504, 200, 200, 200], replies.map(({ json }) => JSON.stringify(json).slice(0, 200)).join("\n"));
    assert.notDeepEqual(replies[0].json, replies[1].json);
    assert.deepEqual(pictor.log.filter(({ event }) => event === "recording" || event === "not recorded").map(({ level, event, dir, cassettes }) =>
        ({ level, event, dir, cassettes })), [{ level: "info", event: "recording", dir: tape, cassettes: 0 }]);
});

// ---- the cassettes --------------------------------------------------------------------

const names = () => readdirSync(tape).sort();
const cassettes = () => names().filter((name) => name.endsWith(".json"));
const text = (name) => readFileSync(join(tape, name), "utf8");
const found = (words) => cassettes().find((name) => text(name).includes(words));
const json = (words) => JSON.parse(text(found(words)));

await test("no secret is in any file or name of the folder", () => {
    for (const name of names()) {
        const bytes = Buffer.concat([Buffer.from(name), readFileSync(join(tape, name))]);
        assert.deepEqual([...NEVER, "another-secret-of-the-token"].filter((secret) => bytes.includes(secret)), [], name);
    }
});

await test("names can be sorted and read, and files are for their owner only", () => {
    assert.equal(cassettes()[0], "0001-POST-127.0.0.1-gemini-3-pro-image-generateContent.json");
    assert.deepEqual(cassettes().map((name) => Number(name.slice(0, 4))), cassettes().map((_, i) => i + 1));
    assert.deepEqual(names().filter((name) => !/^(\d{4}-[A-Z]+-[\w.-]+\.json|[0-9a-f]{64}\.(png|jpeg))$/.test(name)), []);
    assert.deepEqual([statSync(tape).mode & 0o777, ...names().map((name) => statSync(join(tape, name)).mode & 0o777)],
        [0o700, ...names().map(() => 0o600)]);
});

await test("pictures are beside the cassettes, by the hash of their bytes, and each is in one", () => {
    const pictures = names().filter((name) => !name.endsWith(".json"));
    assert.ok(pictures.length > 5);
    for (const name of pictures) {
        assert.equal(createHash("sha256").update(readFileSync(join(tape, name))).digest("hex"), name.slice(0, 64));
        assert.ok(found(name), name);
    }
    for (const name of cassettes()) {
        assert.ok(!/[A-Za-z0-9+/]{4096}/.test(text(name)), `${name}: expected no pixels`);
    }
});

const print = (bytes, type) => `{{picture ${createHash("sha256").update(bytes).digest("hex")}.${type}}}`;

await test("a cassette is JSON that a person can read", () => {
    const { request, answer } = json("\"text\": \"a fox\"");
    assert.deepEqual([request.method, request.headers["x-goog-api-key"], request.body.contents[0].parts[0].text], ["POST", "***", "a fox"]);
    assert.equal(answer.status, 200);
    assert.match(answer.body.candidates[0].content.parts.find((part) => part.inlineData).inlineData.data, /^{{picture [0-9a-f]{64}\.\w+}}$/);
    assert.match(text(cassettes()[0]), /^{\n {2}"request": {\n {4}"method": "POST",\n {4}"url": "http:/);
    assert.ok(Math.max(...cassettes().flatMap((name) => text(name).split("\n").map((line) => line.length))) < 500);
});

await test("a form is a list of parts, and pictures stand where they stood", () => {
    const { request: { form, headers } } = json("make it day");
    assert.equal(headers.authorization, "***");
    assert.deepEqual(form.find(({ name }) => name === "prompt"), { name: "prompt", value: "make it day" });
    assert.deepEqual(form.find(({ name }) => name === "image"),
        { name: "image", filename: "image-1.png", type: "image/png", picture: print(large, "png") });
    assert.equal(json("in a text").answer.body.choices[0].message.content,
        `Here: ![fox](data:image/png;base64,${print(large, "png")}), said {{ picture fox.png}}.`);
    assert.equal(json("/signed.jpg?a=1&X-Amz-Signature=***\",\n    \"headers\"").answer.body, print(photo, "jpeg"));
});

await test("what a provider wrote stays as it wrote it", () => {
    assert.match(text(found("\"token\": \"***\"")), /"echo": null,\n {6}"list": \[\],\n {6}"exact": 0\.123456789012345\d\d\n/);
    assert.equal(json("garbage").answer.body, "<h1>Bad\n\"Gateway\"</h1>");
});

await test("without an answer there are outcome and reason, and of a token nothing but that it was fetched", () => {
    const [broken, nobody, slow] = ["broken", "nobody", "slow"].map((prompt) => json(`"${prompt}"`).answer);
    assert.deepEqual([broken.outcome, nobody.outcome, slow.outcome], ["broken", "unreachable", "timeout"]);
    assert.match(nobody.reason, /127\.0\.0\.1 port 1/);
    const { request, answer: { seconds, ...answer } } = json("/token");
    assert.deepEqual({ request, answer }, { request: { private: true, method: "POST", url: `${orders.url}/token?secret=***` }, answer: { status: 200 } });
});

// ---- the replay -----------------------------------------------------------------------

function forget() {
    for (const double of doubles) {
        double.reset();
    }
    files.requests = [];
}

await test("a replay gives the same replies, calls nobody and waits for nothing", async () => {
    forget();
    const pictor = await start("--replay");
    const from = Date.now();
    for (const [i, [name, request]] of asked.entries()) {
        assert.deepEqual(await ask(pictor, request), replies[i], name);
    }
    const seconds = (Date.now() - from) / 1000;
    assert.ok(seconds < 2, `expected under 2 s, got ${seconds}`);
    await pictor.stop();
    assert.deepEqual([...doubles.map(({ connections, calls }) => calls.length), files.requests.length], [0, 0, 0, 0, 0]);
    assert.deepEqual(pictor.log.filter(({ event }) => event === "replaying").map(({ cassettes: n, dir }) => [n, dir]), [[cassettes().length, tape]]);
});

const connectionsBefore = doubles.map(({ connections }) => connections);
for (const server of [...doubles, files]) {
    await server.stop();
}

await test("it does so without anybody there, and its folder read only", async () => {
    const copy = join(folder, "copy");
    cpSync(tape, copy, { recursive: true });
    execFileSync("chmod", ["-R", "a-w", copy]);
    const pictor = await start("--replay", copy);
    for (const [i, [name, request]] of asked.entries()) {
        assert.deepEqual(await ask(pictor, request), replies[i], name);
    }
    await pictor.stop();
    assert.deepEqual(doubles.map(({ connections }) => connections), connectionsBefore);
    assert.deepEqual(readdirSync(copy), readdirSync(tape));
});

await test("the same request gets its answers in order, then the last one again; headers and boundaries do not matter", async () => {
    const pictor = await start("--replay");
    for (const reply of [replies[0], replies[1], replies[1], replies[1]]) {
        assert.deepEqual(await ask(pictor, fox), reply);
    }
    const many = await Promise.all(Array.from({ length: 20 }, () => ask(pictor, asked[5][1])));
    assert.deepEqual(many, many.map(() => replies[5]));
    await pictor.stop();
});

await test("what was not recorded is a 502 that says so, and the log says why", async () => {
    const pictor = await start("--replay");
    const reply = await ask(pictor, { ...fox, prompt: "a wolf" });
    assert.equal(reply.status, 502);
    assert.deepEqual(reply.json.error, { code: "upstream_error", type: "server_error", param: null,
        message: `google: expected a recorded answer, got none for POST ${gemini.url}/v1beta/models/gemini-3-pro-image:generateContent in ${tape}` });
    const other = await ask(pictor, { path: "edits", model: "openai/gpt-image-2", prompt: "make it day", images: [{ image_url: link(small) }] });
    assert.equal(other.status, 502);
    const seeded = await ask(pictor, { model: "orders/any", prompt: "an order", seed: 8 });
    assert.equal(seeded.status, 502);
    const linked = await ask(pictor, { ...fox, path: "edits", images: [{ image_url: "https://example.com/fox.png" }] });
    assert.deepEqual([linked.status, linked.json.error.code], [502, "upstream_error"]);
    assert.match(linked.json.error.message, /no recorded answer for GET https:\/\/example\.com\/fox\.png in /);
    await pictor.stop();
    const lines = pictor.log.filter(({ event }) => event === "unrecorded");
    assert.deepEqual([lines[0].nearest, lines[0].difference],
        [cassettes()[0], "body.contents[1].parts[1].text: expected \"a fox\", got \"a wolf\""]);
    assert.match(lines[1].difference, /^form\[\d+\]\.picture: expected "{{picture /);
    assert.match(lines[2].difference, /^body\.more\.noise_seed: expected nothing, got 8$/);
    assert.match(lines[3].nearest, /^\d{4}-GET-/);
});

// ---- more of the same -----------------------------------------------------------------

await test("a second recording goes on counting, and one folder is for one recorder", async () => {
    const dir = join(folder, "twice"), requests = [{ model: "nobody/x", prompt: "one" }, { model: "nobody/x", prompt: "two" }];
    const first = [];
    for (const request of requests) {
        const pictor = await start("--record", dir);
        first.push(await ask(pictor, request));
        assert.deepEqual(refused("--record", dir), { code: 1,
            err: `pictor: --record: expected a folder to write into, got "${dir}": one that another process records into\n` });
        await pictor.stop();
    }
    assert.deepEqual(readdirSync(dir).sort().map((name) => Number(name.slice(0, 4))), [1, 2, 3, 4, 5, 6]);
    const pictor = await start("--replay", dir);
    assert.deepEqual([await ask(pictor, requests[0]), await ask(pictor, requests[1])], first);
    await pictor.stop();
});

await test("a folder that takes nothing any more fails no request", async () => {
    const dir = join(folder, "lost");
    const pictor = await start("--record", dir);
    rmSync(dir, { recursive: true });
    assert.equal((await ask(pictor, { model: "nobody/x", prompt: "x" })).json.error.message, "nobody: expected an answer, got no connection");
    await ask(pictor, { ...fox, path: "edits", images: [{ image_url: `${signed}?X-Amz-Signature=${SIGNATURE}` }] });
    await pictor.stop();
    const lines = pictor.log.filter(({ event }) => event === "not recorded");
    assert.deepEqual([lines.length, lines[3]?.url], [4, signed]);
    assert.deepEqual([lines[0].level, lines[0].dir, lines[0].error], ["error", dir, "No such file or directory"]);
});

await test("an order that never ends is given up", async () => {
    const dir = join(folder, "endless");
    cpSync(tape, dir, { recursive: true });
    for (const name of readdirSync(dir).filter((one) => one.endsWith(".json"))) {
        writeFileSync(join(dir, name), readFileSync(join(dir, name), "utf8").replace("\"done\": true", "\"done\": false"));
    }
    const pictor = await start("--replay", dir);
    const from = Date.now();
    const reply = await ask(pictor, { model: "orders/any", prompt: "an order" });
    assert.deepEqual([reply.status, reply.json.error.code], [504, "upstream_timeout"], pictor.lines.slice(-5).join("\n"));
    assert.ok(Date.now() - from < 3000);
    await pictor.stop();
});

// ---- broken -----------------------------------------------------------------------------

const plain = { request: { method: "GET", url: "http://x/y" }, answer: { status: 200 } };
const put = (value) => (dir) => writeFileSync(join(dir, "1.json"), typeof value === "string" ? value : JSON.stringify(value));
const over = (part, more) => put({ ...plain, [part]: { ...plain[part], ...more } });
const outcomes = "one of broken, forbidden, timeout, too_large, unreachable";

// what is wrong, how it is made, what is said behind the cassette's name
const broken = [
    ["that is no JSON", put("{\"request\": "), "expected JSON, got expected value but found T_END at character 13"],
    ["that is a text", put("\"x\""), "expected JSON, got \"x\""],
    ["that is empty", put(""), "expected JSON, got expected value but found T_END at character 1"],
    ["that nests without end", put("[".repeat(100000)), "expected JSON, got Found too many nested data structures (65) at character 65"],
    ["without a request", put({ answer: plain.answer }), "request: expected an object, got nothing"],
    ["without an answer", put({ request: plain.request }), "answer: expected an object, got nothing"],
    ["with a number for an address", over("request", { url: 7 }), "request.url: expected text, got 7"],
    ["with a list of numbers for a form", over("request", { form: [1] }), "request.form: expected a list of parts, got a list"],
    ["with a text for a status", over("answer", { status: "200" }), "answer.status: expected a status such as 200, got \"200\""],
    ["with a status of none", over("answer", { status: 7 }), "answer.status: expected a status such as 200, got 7"],
    ["with an outcome of none", over("answer", { status: undefined, outcome: "lost" }), `answer.outcome: expected ${outcomes}, got "lost"`],
    ["with status and outcome", over("answer", { outcome: "broken" }), "answer: expected either a status or an outcome, got both"],
    ["with neither", put({ ...plain, answer: {} }), "answer: expected either a status or an outcome, got neither"],
    ["with a number for a header", over("answer", { headers: { a: 1 } }), "answer.headers: expected names with texts, got an object"],
    ["whose picture is gone", over("answer", { body: { x: ["see {{picture fox.png}}"] } }), "expected the picture fox.png beside it, got none"],
    ["whose picture is a link out of the folder", (dir) => {
        over("answer", { body: "{{picture fox.png}}" })(dir);
        symlinkSync("/etc/hostname", join(dir, "fox.png"));
    }, "expected the picture fox.png beside it, got none"],
    ["that is a link", (dir) => symlinkSync("/etc/hostname", join(dir, "1.json")), "Too many levels of symbolic links"],
    ["that is a folder", (dir) => mkdirSync(join(dir, "1.json")), "Invalid argument"],
    ["that is a pipe", (dir) => execFileSync("mkfifo", [join(dir, "1.json")]), "Invalid argument"],
    ["that is too large", (dir) => {
        put("")(dir);
        truncateSync(join(dir, "1.json"), 8 * 1024 * 1024 + 1);
    }, "File too large"],
];

for (const [i, [name, make, message]] of broken.entries()) {
    await test(`a cassette ${name} is refused at start, by its name`, () => {
        const dir = join(folder, `broken-${i}`);
        mkdirSync(dir);
        make(dir);
        assert.deepEqual(refused("--replay", dir), { code: 1, err: `pictor: ${dir}/1.json: ${message}\n` });
    });
}

await test("folders that cannot be used are refused at start", () => {
    const [none, empty, file] = ["none", "empty", "file"].map((name) => join(folder, name));
    mkdirSync(empty);
    writeFileSync(file, "");
    const cases = [
        ["--replay", none, `--replay: expected a folder with cassettes, got "${none}": No such file or directory`],
        ["--replay", empty, `--replay: expected a folder with cassettes, got none in "${empty}"`],
        ["--replay", file, `--replay: expected a folder with cassettes, got "${file}": Not a directory`],
        ["--record", file, `--record: expected a folder to write into, got "${file}": Not a directory`],
        ["--record", join(none, "in"), `--record: expected a folder to write into, got "${none}/in": No such file or directory`],
    ];
    for (const [option, dir, message] of cases) {
        assert.deepEqual(refused(option, dir), { code: 1, err: `pictor: ${message}\n` });
    }
});

execFileSync("chmod", ["-R", "u+w", folder]);
rmSync(folder, { recursive: true });
finish();
