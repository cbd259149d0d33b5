// run.mjs - does a provider that wants more than one call get along with Pictor?
//
// Two providers of this folder's own: orders.lua takes orders and is asked again, with
// tokens that end; tools.lua tries what `pictor` offers to providers. The double does
// what the prompt says: "2 polls", "503 twice", "never".
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash, createHmac, createVerify, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startDouble } from "../lib/double.mjs";
import { finish, test } from "../lib/harness.mjs";
import { makeHome } from "../lib/home.mjs";
import { send } from "../lib/http.mjs";
import { makePicture } from "../lib/picture.mjs";
import { binary, root, startPictor } from "../lib/pictor.mjs";

const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048, publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const large = makePicture("png", { width: 64, height: 48, seed: 5, bytes: 20000 });
const own = async (name) => readFile(join(root, "tests/converse", `${name}.lua`), "utf8");

// ---- the API -----------------------------------------------------------------------------------------------------------

let orders = new Map();
let tokens = [], token = { seconds: 3600 };

function giveToken(call) {
    if (token.status) {
        return { status: token.status, body: { message: "no tokens today" } };
    }
    tokens.push(token.value ?? `token-${tokens.length + 1}-of-the-test`);
    return { status: 200, body: { token: tokens.at(-1), seconds: token.seconds, of: call.json.secret } };
}

function takeOrder({ json }) {
    if (json.prompt === "busy") {
        return { status: 503, body: { message: "busy" } };
    }
    const id = `order-${orders.size + 1}`;
    orders.set(id, { prompt: json.prompt, seed: json.seed, polls: 0 });
    return { status: 200, body: { id } };
}

const ALL = 100;        // orders that are given before any of them is ready

const image = (seed) => makePicture("png", { width: 64, height: 48, seed }).toString("base64");

// What may stand in an answer where a list of pictures is expected.
const SHAPES = [7, "x", true, {}, { data: "x" }, [7], [null], [true, "x"], [[]], [{ data: 7 }], [{ data: { data: "x" } }]];
const shaped = Object.fromEntries(SHAPES.map((pictures, i) => [`shape ${i}`, () => ({ body: { status: "given", pictures } })]));

// What the double says to the poll-th question after an order with that prompt.
const HABITS = {
    "2 polls": (poll, { seed }) => poll < 2 ? { body: { status: "waiting" } } : { body: { image: image(seed ?? 1) } },
    "503 twice": (poll) => poll < 3 ? { status: 503, body: { message: "busy" } } : { body: { image: image(1) } },
    "503 always": () => ({ status: 503, body: { message: "busy" } }),
    "503 for long": () => ({ status: 503, headers: { "retry-after": "20" }, body: { message: "busy" } }),
    "401": () => ({ status: 401, body: { message: "bad token" } }),
    ...shaped,
    "reset once": (poll) => poll < 2 ? { reset: true } : { body: { image: image(1) } },
    "all at once": () => orders.size < ALL ? { body: { status: "waiting" } } : { body: { image: image(1) } },
    never: () => ({ body: { status: "waiting" } }),
    trips: () => ({ body: { status: "trips" } }),
    gone: () => ({ status: 410, body: {} }),
    file: () => ({ body: { file: "/files/large.png" } }),
    "file moved": () => ({ body: { file: "/files/moved" } }),
    "file as json": () => ({ body: { file: "/files/json" } }),
    "file missing": () => ({ body: { file: "/files/none" } }),
    "not a file": () => ({ body: { file: "/files/words" } }),
};

const FILES = {
    "/files/large.png": { status: 200, headers: { "content-type": "image/png" }, body: large },
    "/files/json": { status: 200, body: { image: large.toString("base64") } },
    "/files/moved": { status: 302, headers: { location: "https://127.0.0.1:1/large.png" }, body: "" },
    "/files/words": { status: 200, headers: { "content-type": "text/plain" }, body: "no picture at all" },
};

function answerOrder(call) {
    const order = orders.get(call.path.split("/").at(-1));
    if (call.method === "DELETE") {
        order.cancelled = (order.cancelled ?? 0) + 1;
        return { status: 200, body: {} };
    }
    return { status: 200, ...HABITS[order.prompt](++order.polls, order) };
}

// A token may also be taken back while the answer is on its way.
function answer(call) {
    const refusal = judge(call);
    if (refusal) {
        return refusal;
    }
    if (call.path === "/token") {
        return giveToken(call);
    }
    if (call.path === "/tools") {
        return { status: 200, body: { image: image(1) } };
    }
    if (call.path.startsWith("/files/")) {
        return FILES[call.path] ?? { status: 404, body: {} };
    }
    return call.method === "POST" ? takeOrder(call) : answerOrder(call);
}

// Any token but the newest is refused, as if it had been taken back.
function judge(call) {
    const needed = call.path.startsWith("/orders") && call.method !== "DELETE";
    return needed && call.headers.authorization !== `Bearer ${tokens.at(-1)}` ? { status: 401, body: { message: "bad token" } } : null;
}

const double = await startDouble({ name: "orders", judge, draw: answer });
const home = await makeHome({ modules: { orders: await own("orders"), tools: await own("tools") } });

function start(limits = "", secrets = [], secret = "s") {
    return startPictor({
        env: { PICTOR_HOME: home.path }, secrets: ["test-key", "token-1-of-the-test", ...secrets],
        config: `return {
            listen = "$LISTEN",
            keys = { { name = "test", key = "test-key" } },
            providers = { orders = { kind = "orders", base_url = "${double.url}", secret = "${secret}" } },
            limits = { lua_states = 1, ${limits || "in_flight = 16"} },
        }`,
    });
}

function ask(pictor, prompt, more = {}) {
    double.reset();
    double.script = (call) => call.path === "/token" ? { delay: token.delay } : undefined;
    orders = new Map();
    const body = Buffer.from(JSON.stringify({ model: "orders-1", prompt, ...more }));
    return send(pictor.url, { method: "POST", path: "/v1/images/generations", headers: [], body });
}

const asked = (method, path) => double.calls.filter((call) => call.method === method && call.path.startsWith(path)).length;
const failure = (reply) => [reply.status, reply.json.error?.code];

// ---- orders ------------------------------------------------------------------------------------------------------------

async function testOrders(pictor) {
    await test("an order is asked about until it is there, and its memo goes along", async () => {
        const reply = await ask(pictor, "2 polls");
        assert.deepEqual([reply.status, reply.json.data?.[0].revised_prompt], [200, "asked 2 times"]);
        assert.deepEqual([asked("POST", "/orders"), asked("GET", "/orders"), asked("DELETE", "/orders")], [1, 2, 0]);
    });
    await test("the order's name is in the log, once", () => {
        const lines = pictor.log.filter((line) => line.event === "order");
        assert.deepEqual(lines.map((line) => [line.provider, line.order]), [["orders", "order-1"]]);
    });
    await test("three pictures are three orders side by side", async () => {
        const reply = await ask(pictor, "2 polls", { n: 3, seed: 4 });
        assert.equal(new Set(reply.json.data.map((entry) => entry.b64_json)).size, 3);
        assert.deepEqual([...orders.values()].map((order) => order.seed).sort(), [4, 5, 6]);
    });
    for (const [prompt, polls] of [["503 twice", 3], ["reset once", 2]]) {
        await test(`"${prompt}" while asking is sat out: nothing is ordered again`, async () => {
            const reply = await ask(pictor, prompt);
            assert.equal(reply.status, 200, reply.text.slice(0, 300));
            assert.deepEqual([asked("POST", "/orders"), asked("GET", "/orders")], [1, polls]);
        });
    }
    await test("trouble that stays is a failure after four questions, and still one order", async () => {
        const reply = await ask(pictor, "503 always");
        assert.deepEqual(failure(reply), [502, "upstream_error"]);
        assert.deepEqual([asked("POST", "/orders"), asked("GET", "/orders")], [1, 4]);
    });
    await test("an order that is given up is called off: nobody will fetch its picture", () =>
        assert.deepEqual([...orders.values()].map((order) => order.cancelled), [1]));
    await test("a token that ends while an order is under way does not order again", async () => {
        assert.deepEqual(failure(await ask(pictor, "401")), [502, "upstream_error"]);
        assert.deepEqual([asked("POST", "/orders"), asked("GET", "/orders")], [1, 1]);
    });
    await test("where pictures are expected anything may stand, and it is the answer's fault", async () => {
        const replies = await Promise.all(SHAPES.map((_, i) => ask(pictor, `shape ${i}`)));
        assert.deepEqual(replies.map((reply) => reply.status), SHAPES.map(() => 502), JSON.stringify(replies.map(failure)));
    });
    await test("the module reads what a further call's error says, with its memo", async () => {
        const reply = await ask(pictor, "gone");
        assert.match(reply.json.error.message, /order-1: expected one that lives, got one that is gone/);
        assert.equal(asked("GET", "/orders"), 1);
    });
    await test("an answer that the module trips over is the answer's fault, and nothing is ordered again", async () => {
        assert.deepEqual(failure(await ask(pictor, "trips")), [502, "invalid_upstream_response"]);
        assert.equal(asked("POST", "/orders"), 1);
    });
}

// With one Lua state: if an order that waits held it, the others would never be given.
async function testWaiting() {
    const pictor = await start(`in_flight = ${ALL + 4}`);
    await test(`${ALL} orders wait side by side in one Lua state, and another request is served meanwhile`, async () => {
        orders = new Map();
        double.reset();
        const body = Buffer.from(JSON.stringify({ model: "orders-1", prompt: "all at once" }));
        const request = { method: "POST", path: "/v1/images/generations", headers: [], body };
        const coming = Array.from({ length: ALL - 1 }, () => send(pictor.url, request));
        while (orders.size < ALL - 1) {
            await sleep(5);
        }
        const { status } = await send(pictor.url, { method: "GET", path: "/v1/models", headers: [], body: "" });
        const replies = await Promise.all([...coming, send(pictor.url, request)]);
        assert.deepEqual([status, new Set(replies.map((reply) => reply.status))], [200, new Set([200])]);
    });
    await test("pictor ends well", () => pictor.stop());
}

async function testFiles(pictor) {
    await test("a picture may be a body of its own", async () => {
        const reply = await ask(pictor, "file");
        assert.equal(reply.json.data?.[0].b64_json, large.toString("base64"), reply.text.slice(0, 300));
    });
    await test("a call for a picture may be answered in JSON all the same", async () => {
        const reply = await ask(pictor, "file as json");
        assert.equal(reply.json.data?.[0].b64_json, large.toString("base64"), reply.text.slice(0, 300));
    });
    await test("a picture that is not there is a failure with its status", async () => {
        assert.match((await ask(pictor, "file missing")).json.error.message, /status 404/);
    });
    await test("a picture that moved is followed as any link is, past the guard", async () => {
        const reply = await ask(pictor, "file moved");
        assert.deepEqual(failure(reply), [502, "invalid_upstream_response"]);
        assert.match(reply.json.error.message, /got a link that cannot be followed: an address that is not public/);
    });
    await test("a body that is no picture is none", async () => {
        assert.deepEqual(failure(await ask(pictor, "not a file")), [502, "invalid_upstream_response"]);
    });
}

async function testTime() {
    const pictor = await start("in_flight = 16, upstream_timeout = 1, drain_timeout = 0");
    await test("what is not there in time is called off, once", async () => {
        const reply = await ask(pictor, "never");
        assert.deepEqual(failure(reply), [504, "upstream_timeout"]);
        assert.deepEqual([asked("POST", "/orders"), [...orders.values()].map((order) => order.cancelled)], [1, [1]]);
    });
    await test("a provider that asks for more patience than there is time for gets none, and the order is called off", async () => {
        const from = Date.now();
        assert.deepEqual(failure(await ask(pictor, "503 for long")), [502, "upstream_error"]);
        assert.ok(Date.now() - from < 2000, `expected under 2 s, got ${Date.now() - from} ms`);
        assert.deepEqual([...orders.values()].map((order) => order.cancelled), [1]);
    });
    await test("a stop of the gateway calls orders off", async () => {
        const ended = once(pictor.child, "exit");
        const coming = ask(pictor, "never");
        await sleep(300);
        pictor.child.kill("SIGTERM");
        assert.deepEqual(failure(await coming), [503, "draining"]);
        assert.deepEqual([...orders.values()].map((order) => order.cancelled), [1]);
        await ended;
    });
    await test("pictor ends well", () => pictor.stop());
}

// What is told to stop while requests wait for something. -> their replies
async function stopWhile(prompts) {
    const pictor = await start("in_flight = 16, drain_timeout = 0");
    const ended = once(pictor.child, "exit");
    const coming = prompts.map((prompt) => ask(pictor, prompt));
    await sleep(300);
    pictor.child.kill("SIGTERM");
    const replies = await Promise.all(coming);
    await ended;
    await pictor.stop();
    return replies;
}

async function testStop() {
    await test("once the gateway stops, nothing is ordered any more", async () => {
        const [reply] = await stopWhile(["busy"]);
        assert.deepEqual([asked("POST", "/orders"), ...failure(reply)], [1, 503, "draining"]);
    });
    await test("a stop ends the wait for a token, of who fetches it and of who waits for him", async () => {
        token = { seconds: 3600, delay: 2500 };
        const replies = await stopWhile(["2 polls", "2 polls"]);
        assert.deepEqual(replies.map(failure), Array(2).fill([503, "draining"]));
        await sleep(token.delay);       // the double does not know that nobody listens
        token = { seconds: 3600 };
    });
}

// ---- tokens ------------------------------------------------------------------------------------------------------------

async function testTokens() {
    tokens = [];
    token = { seconds: 3600, delay: 200 };
    const pictor = await start();
    await test("eight requests at once fetch one token", async () => {
        const replies = await Promise.all(Array.from({ length: 8 }, () => ask(pictor, "2 polls")));
        assert.deepEqual([replies.map((reply) => reply.status), tokens.length], [Array(8).fill(200), 1]);
    });
    await test("a token that the provider takes back is fetched anew, and the order given with the new one", async () => {
        tokens.push("token-of-somebody-else");
        const reply = await ask(pictor, "2 polls");
        assert.deepEqual([reply.status, reply.headers["x-pictor-attempts"], tokens.length], [200, "2", 3]);
    });
    await test("who hears late that the old token is good no longer does not throw the new one away", async () => {
        const before = tokens.length, delays = [600, 1800];
        const coming = [ask(pictor, "2 polls"), ask(pictor, "2 polls")];
        double.script = (call) => ({ delay: call.path === "/orders" ? delays.shift() : undefined });
        await sleep(200);
        tokens.push("token-of-somebody-else");
        const replies = await Promise.all(coming);
        assert.deepEqual([replies.map((reply) => reply.status), tokens.length - before], [[200, 200], 2]);
    });
    await test("pictor ends well, and no token is in its log", () => pictor.stop());
}

// Into a header goes only what is fit for one.
async function testStrangeTokens() {
    const pictor = await start();
    for (const value of [7, "", "token\r\nx-more: 1", "tökchen", "x".repeat(20000), ["token"]]) {
        await test(`a token such as ${JSON.stringify(value).slice(0, 30)} is none`, async () => {
            token = { seconds: 3600, value };
            const reply = await ask(pictor, "2 polls");
            assert.deepEqual(failure(reply), [502, "invalid_upstream_response"]);
            assert.match(reply.json.error.message, /^orders: expected a token, got something else/);
        });
    }
    token = { seconds: 3600 };
    await test("pictor ends well", () => pictor.stop());
}

async function testExplained() {
    for (const [secret, expected] of [["s", "Bearer (a token)"], ["none", "none is needed"]]) {
        const pictor = await start("in_flight = 16", [], secret);
        await test(`what is explained has ${secret === "none" ? "no token where none is needed" : "a word in place of the token"}`, async () => {
            const body = Buffer.from(JSON.stringify({ model: "orders-1", prompt: "2 polls" }));
            const { json } = await send(pictor.url, { method: "POST", path: "/v1/images/generations",
                headers: [["x-pictor-explain", "1"]], body });
            assert.equal(json.call.headers.authorization, expected);
        });
        await test("pictor ends well", () => pictor.stop());
    }
}

async function testShortTokens() {
    tokens = [];
    token = { seconds: 2 };
    const pictor = await start();
    await test("a token is fetched anew before it ends", async () => {
        await ask(pictor, "2 polls");
        await ask(pictor, "2 polls");
        assert.equal(tokens.length, 1);
        await sleep(1600);
        const reply = await ask(pictor, "2 polls");
        assert.deepEqual([reply.status, tokens.length], [200, 2]);
    });
    await test("where no new one is to be had, the old one is used while it is good", async () => {
        token = { status: 500 };
        await sleep(1600);
        assert.deepEqual([(await ask(pictor, "2 polls")).status, asked("POST", "/token")], [200, 1]);
        assert.deepEqual([(await ask(pictor, "2 polls")).status, asked("POST", "/token")], [200, 0], "asked again at once");
        await sleep(600);
        const reply = await ask(pictor, "2 polls");
        assert.deepEqual(failure(reply), [502, "upstream_error"]);
        assert.match(reply.json.error.message, /^orders: expected a token, got status 500: no tokens today/);
    });
    await test("pictor ends well", () => pictor.stop());
    token = { seconds: 3600 };
}

// ---- the table pictor ----------------------------------------------------------------------------------------------------

const toolsConfig = (pem, listen = "$LISTEN") => `return {
    listen = "${listen}",
    keys = { { name = "test", key = "test-key" } },
    privacy = { strip_metadata = false },
    providers = { tools = { kind = "tools", base_url = "${double.url}", pem = [[${pem}]] } },
    limits = { in_flight = 16 },
}`;

async function testTools() {
    const pictor = await startPictor({ env: { PICTOR_HOME: home.path }, config: toolsConfig(keys.privateKey) });
    const link = `data:image/png;base64,${large.toString("base64")}`;
    const body = Buffer.from(JSON.stringify({ model: "tools-1", prompt: "a fox", images: [{ image_url: link }] }));
    double.reset();
    const reply = await send(pictor.url, { method: "POST", path: "/v1/images/edits", headers: [], body });
    const { json, headers, bytes } = double.calls.at(-1) ?? {};
    await test("a body is hashed as it is sent, with the pictures in it", () => {
        assert.equal(reply.status, 200, reply.text.slice(0, 300));
        assert.equal(json.image, link);
        assert.equal(headers["x-sha256"], createHash("sha256").update(bytes).digest("hex"));
    });
    await test("hmac, hex and utc are what others compute", () => {
        assert.equal(headers["x-hmac"], createHmac("sha256", "key").update("text").digest("hex"));
        assert.equal(json.hex, "0001feff");
        assert.deepEqual(json.utc, ["19700101T000000Z", "20261125T122200Z", "20000228T235959Z", "21000101T000000Z"]);
    });
    await test("an RSA signature is good, and what is no key gives a reason", () => {
        const good = createVerify("RSA-SHA256").update("text").verify(keys.publicKey, Buffer.from(headers["x-signature"], "base64"));
        assert.equal(good, true);
        assert.match(json.not_a_key.at(-1), /expected a private RSA key/);
    });
    await test("a key goes to its own site and nowhere else", () => {
        assert.deepEqual(json.sites, [...Array(5).fill(true), ...Array(14).fill(false)]);
        assert.equal(json.no_site, false);
    });
    await test("pictor ends well", () => pictor.stop());
}

async function testCheck() {
    const folder = await mkdtemp(join(tmpdir(), "pictor-check-"));
    const file = join(folder, "pictor.lua");
    await test("what only the module can judge is refused at start, with its line", async () => {
        await writeFile(file, toolsConfig("nonsense", "127.0.0.1:8080"));
        const env = { ...process.env, PICTOR_HOME: home.path };
        const { code, stderr } = await promisify(execFile)(binary, ["check", "-c", file], { env }).catch((error) => error);
        assert.equal(code, 1);
        assert.match(stderr, /pictor\.lua:5: providers\.tools\.pem: expected a private key, got "nonsense"/);
    });
    await rm(folder, { recursive: true, force: true });
}

const pictor = await start();
await testOrders(pictor);
await testFiles(pictor);
await test("pictor ends well", () => pictor.stop());
await testWaiting();
await testTime();
await testStop();
await testTokens();
await testStrangeTokens();
await testShortTokens();
await testExplained();
await testTools();
await testCheck();
await double.stop();
await home.remove();
finish();
