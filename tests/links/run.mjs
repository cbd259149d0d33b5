// run.mjs - where do links to pictures lead, and where can they never lead?
//
// On an internet of its own (network.mjs), with a name server that lies (names.mjs) and
// a server on every address (pictures.mjs): whatever a client or a provider gives as a
// link, nothing private is connected to but what the operator admits.
// SPDX-License-Identifier: MIT

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startChat } from "../lib/chat.mjs";
import { finish, skip, test } from "../lib/harness.mjs";
import { send } from "../lib/http.mjs";
import { startPictor } from "../lib/pictor.mjs";
import { isInside, makeAuthority, makeCertificate, makeTrusted, runInside, setUpNetwork } from "./network.mjs";
import { startNames } from "./names.mjs";
import { picture, startPictures } from "./pictures.mjs";

const PUBLIC = "93.184.216.34";
const PUBLIC6 = "2606:2800:220:1:248:1893:25c8:1946";
const PRIVATE = "10.9.8.7";
const METADATA = "169.254.169.254";
const LIMITS = "limits = { in_flight = 64, body = \"1MiB\", picture = \"256KiB\", fetch_timeout = 1, upstream_timeout = 20 }";

// One after the other for each time that the name is looked up.
const inTurn = (...answers) => (before) => [answers[Math.min(before, answers.length - 1)]];

const NAMES = {
    "public.test": [PUBLIC], "public6.test": [PUBLIC6], "other.test": [PUBLIC], "othername.example": [PUBLIC],
    "stranger.test": [PUBLIC], "loopback.test": ["127.0.0.1"], "loopback6.test": ["::1"], "mapped.test": [`::ffff:${METADATA}`],
    "metadata.test": [METADATA], "private.test": [PRIVATE], "unspecified.test": ["0.0.0.0"], "localhost": ["127.0.0.1", "::1"],
    "nat64.test": ["64:ff9b::7f00:1"], "mixed.test": [PUBLIC, "127.0.0.1"], "mixed6.test": [PUBLIC, "::1"],
    "many.test": ["127.0.0.1", PRIVATE, METADATA, PUBLIC], "down.test": ["8.8.8.8", "127.0.0.1"], "dead.test": ["8.8.8.8"],
    "rebind.test": inTurn(PUBLIC, "127.0.0.1"), "rebind6.test": inTurn(PUBLIC, "::1"), "rebind-hop.test": inTurn("127.0.0.1", PUBLIC),
    "pictures.internal": [PRIVATE], "cdn.lan": [PRIVATE], "beside.pictures.internal": [PRIVATE],
};

const PRIVATES = ["127.0.0.1", "::1", METADATA, PRIVATE];

function same(what, got, expected) {
    const [is, should] = [got, expected].map((value) => JSON.stringify(value) ?? "undefined");
    if (is !== should) {
        throw new Error(`${what}: expected ${should.slice(0, 300)}, got ${is.slice(0, 300)}`);
    }
}

function nothingPrivate(server) {
    const found = server.connections.filter((to) => PRIVATES.includes(to));
    same("connections to private addresses", found, []);
}

const post = (pictor, path, body) => send(pictor.url, { method: "POST", path, headers: [], body: JSON.stringify(body) });

// A client's links -> the reply
function edit(pictor, ...urls) {
    return post(pictor, "/v1/images/edits", { prompt: "a red fox", images: urls.map((url) => ({ image_url: url })) });
}

// A provider's link -> the reply
function draw(pictor, chat, url) {
    chat.queue.push({ status: 200, body: { choices: [{ index: 0, message: { images: [{ image_url: { url } }] } }] } });
    return post(pictor, "/v1/images/generations", { prompt: "a red fox", model: "gemini-3-pro-image" });
}

const sent = (chat) => chat.calls.at(-1)?.json.messages[0].content.filter((part) => part.image_url)
    .map((part) => part.image_url.url.replace(/^data:image\/png;base64,/, ""));
const base64 = (...seeds) => seeds.map((seed) => picture(seed).toString("base64"));

function refused(reply, code, got, index = 0) {
    const error = reply.json?.error ?? {};
    const param = `images[${index}].image_url`;
    same("code", [reply.status, error.code, error.param], [400, code, param]);
    if (!error.message.startsWith(`${param}: expected `) || !error.message.endsWith(`, got ${got}`)) {
        throw new Error(`message: expected "${param}: expected …, got ${got}", got "${error.message}"`);
    }
}

// ---- what is never connected to ------------------------------------------------------------------------------------

const NOT_PUBLIC = "an address that is not public";
const FORBIDDEN = [
    ["https://127.0.0.1/fox/1"], ["https://127.0.0.1:8443/fox/1"], ["https://127.1.2.3/fox/1"], ["https://2130706433/fox/1"],
    ["https://0177.0.0.1/fox/1"], ["https://017700000001/fox/1"], ["https://0x7f.0.0.1/fox/1"], ["https://0x7f000001/fox/1"],
    ["https://0X7F.1/fox/1"], ["https://127.1/fox/1"], ["https://127.0.1/fox/1"], ["https://0/fox/1"], ["https://0.0.0.0/fox/1"],
    ["https://%31%32%37.0.0.1/fox/1"], ["https:///127.0.0.1/fox/1"], ["HTTPS://127.0.0.1/fox/1"],
    ["https://10.9.8.7/fox/1"], ["https://169.254.169.254/latest/meta-data/"], ["https://2852039166/latest/meta-data/"],
    ["https://[::1]/fox/1"], ["https://[::]/fox/1"], ["https://[0:0:0:0:0:0:0:1]/fox/1"], ["https://[::ffff:127.0.0.1]/fox/1"],
    ["https://[::ffff:169.254.169.254]/fox/1"], ["https://[::ffff:a9fe:a9fe]/fox/1"], ["https://[::127.0.0.1]/fox/1"],
    ["https://[64:ff9b::7f00:1]/fox/1"], ["https://[2002:7f00:1::]/fox/1"], ["https://[fe80::1%25lo]/fox/1"], ["https://[fd00::1]/fox/1"],
    ["https://localhost/fox/1"], ["https://loopback.test/fox/1"], ["https://loopback.test./fox/1"], ["https://LOOPBACK.test/fox/1"],
    ["https://loopback6.test/fox/1"], ["https://mapped.test/fox/1"], ["https://metadata.test/latest/meta-data/"],
    ["https://private.test/fox/1"], ["https://unspecified.test/fox/1"], ["https://nat64.test/fox/1"], ["https://down.test/fox/1"],
    ["https://127.0.0.1#@public.test/fox/1"], ["https://127.0.0.1?@public.test/fox/1"],
    ["https://beside.pictures.internal/fox/1"], ["https://cdn.lan/fox/1"],
    ["https://public.test@127.0.0.1/fox/1", "one with a user's name or password"],
    ["https://public.test:443@127.0.0.1/fox/1", "one with a user's name or password"],
    ["https://user:secret@public.test/fox/1", "one with a user's name or password"],
    ["https://", "one that is none"],
    ["https://127.0.0.1:443:443/", "one that is none"], ["https://public.test/fox 1", "one with spaces or control characters"],
    ["https://public.test/\r\nx-key: 1", "one with spaces or control characters"],
    ["https://public.test/\0@127.0.0.1/", "one with spaces or control characters"],
    [`https://public.test/${"a".repeat(9000)}`, "one of more than 8192 bytes"],
];

const NOT_HTTPS = [
    "http://127.0.0.1/fox/1", "http://public.test/fox/1", "http://pictures.internal/fox/1", "file:///etc/hostname", "ftp://127.0.0.1/fox/1",
    "gopher://127.0.0.1:443/_GET", "//127.0.0.1/fox/1", "127.0.0.1", "", "https:127.0.0.1", "unix:///run/docker.sock",
];

// Ways to write a host on which parsers disagree: which one is meant does not matter, as long as it is not a private one.
const AMBIGUOUS = [
    "https://127.0.0.1\\@public.test/fox/1", "https://public.test\\@127.0.0.1/fox/1", "https://public.test%2f@127.0.0.1/",
    "https://①②⑦.⓪.⓪.①/fox/1", "https://ⓛocalhost/fox/1", "https://127。0。0。1/fox/1", "https://pıctures.internal/fox/1",
    "https://[::1]public.test/fox/1", "https://public.test:[::1]/fox/1", "https://127.0.0.1%00.public.test/fox/1",
    "https://[::ffff:127.0.0.1%25lo]/fox/1", "https://256.256.256.256/fox/1", "https://127.0.0.1.:443/fox/1", "https://@127.0.0.1/fox/1",
];

async function testForbidden({ pictor, server, chat }) {
    for (const [url, got = NOT_PUBLIC] of [...FORBIDDEN, ...NOT_HTTPS.map((one) => [one, JSON.stringify(one)])]) {
        await test(`refused: ${JSON.stringify(url).slice(0, 80)}`, async () => {
            server.reset();
            refused(await edit(pictor, url), "invalid_image_url", got);
            same("connections", server.connections, []);
        });
    }
    for (const url of AMBIGUOUS) {
        await test(`never private: ${url}`, async () => {
            server.reset();
            const reply = await edit(pictor, url);
            nothingPrivate(server);
            same("status", reply.status, server.connections.length > 0 ? reply.status : 400);
        });
    }
    await test("no provider was called for any of them", () => same("calls", chat.calls.length, 0));
}

// ---- names -----------------------------------------------------------------------------------------------------------

async function testNames({ pictor, server, chat, names, restarted }) {
    for (const name of ["public.test", "public6.test", "mixed.test", "mixed6.test", "many.test"]) {
        await test(`${name}: its public address is connected to, and no other`, async () => {
            server.reset();
            chat.reset();
            const reply = await edit(pictor, `https://${name}/fox/7`);
            same("status", [reply.status, reply.json.error?.message], [200, undefined]);
            same("the picture that was passed on", sent(chat), base64(7));
            same("connections", server.connections, [name === "public6.test" ? PUBLIC6 : PUBLIC]);
        });
    }
    for (const [name, target] of [["rebind.test", "127.0.0.1"], ["rebind6.test", "::1"]]) {
        await test(`${name}: the first answer is public, and is the only one that counts`, async () => {
            server.reset();
            const reply = await edit(pictor, `https://${name}/hop/3`);
            same("status", [reply.status, reply.json.error?.message], [200, undefined]);
            same("connections", server.connections, [PUBLIC, PUBLIC, PUBLIC, PUBLIC]);
            same("how often the name was looked up", names.asked.get(name), 1);
        });
        await test(`${name}: then ${target}: refused, and nothing connected`, () => restarted(async (other) => {
            server.reset();
            refused(await edit(other, `https://${name}/fox/1`), "invalid_image_url", NOT_PUBLIC);
            same("connections", server.connections, []);
            same("how often the name was looked up", names.asked.get(name), 2);
        }));
    }
    await test("a name that is private first and public then is refused by its first answer", async () => {
        server.reset();
        refused(await edit(pictor, "https://rebind-hop.test/fox/1"), "invalid_image_url", NOT_PUBLIC);
        same("connections", server.connections, []);
    });
    await test("a name that is not there", async () => {
        refused(await edit(pictor, "https://nowhere.test/fox/1"), "invalid_image_url", "no connection");
    });
    await test("an address that is not there", async () => {
        refused(await edit(pictor, "https://dead.test/fox/1"), "invalid_image_url", "no connection");
    });
}

async function testAllowed({ pictor, server, chat }) {
    const cases = [
        ["https://pictures.internal/fox/3", true], ["https://Pictures.INTERNAL/fox/3", true],
        ["https://pictures.internal:8443/fox/3", true], ["https://cdn.lan:8443/fox/3", true], ["https://cdn.lan:443/fox/3", false],
        ["https://pictures.internal./fox/3", false], ["https://private.test/fox/3", false],
    ];
    for (const [url, admitted] of cases) {
        await test(`the list of admitted hosts: ${url} is ${admitted ? "fetched" : "refused"}`, async () => {
            server.reset();
            chat.reset();
            const reply = await edit(pictor, url);
            if (!admitted) {
                refused(reply, "invalid_image_url", NOT_PUBLIC);
            } else {
                same("status", [reply.status, reply.json.error?.message], [200, undefined]);
                same("the picture that was passed on", sent(chat), base64(3));
            }
            same("connections", server.connections, admitted ? [PRIVATE] : []);
        });
    }
}

// ---- redirects -------------------------------------------------------------------------------------------------------

const to = (location, status = 302) => `https://public.test/to/${status}?${encodeURIComponent(location)}`;
const NOT_FOLLOWED = "a redirect to something else";
const REDIRECTS = [
    ["to http", to("http://public.test/fox/1"), NOT_FOLLOWED],
    ["to this machine", to("https://127.0.0.1/fox/1"), `${NOT_PUBLIC}, after a redirect`],
    ["to a private name", to("https://private.test/fox/1"), `${NOT_PUBLIC}, after a redirect`],
    ["to a cloud's secrets", to("https://[::ffff:169.254.169.254]/latest/"), `${NOT_PUBLIC}, after a redirect`],
    ["with a user's name", to("https://public.test@127.0.0.1/"), "one with a user's name or password, after a redirect"],
    ["to a host without a scheme", to("//127.0.0.1/fox/1"), NOT_FOLLOWED],
    ["to a host behind a backslash", to("/\\127.0.0.1/fox/1"), NOT_FOLLOWED],
    ["to a neighbour", to("fox/1"), NOT_FOLLOWED],
    ["upwards", to("../fox/1"), NOT_FOLLOWED],
    ["to a file", to("file:///etc/hostname"), NOT_FOLLOWED],
    ["to data", to("data:image/png;base64,AAAA"), NOT_FOLLOWED],
    ["to nothing", to(""), NOT_FOLLOWED],
    ["to a path, from an address with a slash too many", "https:///public.test/hop/1", NOT_FOLLOWED],
    ["without saying where", "https://public.test/nowhere/1", "status 302"],
    ["for ever", "https://public.test/endless/1", "more than 3 redirects"],
    ["once too often", "https://public.test/hop/4", "more than 3 redirects"],
    ["not by Refresh", "https://public.test/status/300", "status 300"],
    ["to a page", to("/page/1"), "something else, after a redirect", "invalid_image"],
    ["to what is not there", to("/status/404"), "status 404, after a redirect"],
    ["slowly, each time", "https://public.test/amble/3", "no answer in time, after a redirect"],
];

async function testRedirects({ pictor, server, chat }) {
    for (const [how, url, got, code = "invalid_image_url"] of REDIRECTS) {
        await test(`a redirect ${how}`, async () => {
            server.reset();
            refused(await edit(pictor, url), code, got);
            same("connections", [...new Set(server.connections)], [PUBLIC]);
            same("schemes", server.requests.some(({ url: path }) => path.startsWith("/latest")), false);
        });
    }
    const good = [
        ["three times", "https://public.test/hop/3", 1], ["to another public host", to("https://other.test/fox/5"), 5],
        ["to a path", to("/fox/6", 301), 6], ["with 303", to("/fox/6", 303), 6], ["with 307", to("/fox/6", 307), 6],
        ["with 308, in capitals", to("HTTPS://OTHER.TEST/fox/6", 308), 6], ["to an admitted host", to("https://cdn.lan:8443/fox/4"), 4],
    ];
    for (const [how, url, seed] of good) {
        await test(`a redirect that is followed: ${how}`, async () => {
            chat.reset();
            const reply = await edit(pictor, url);
            same("status", [reply.status, reply.json.error?.message], [200, undefined]);
            same("the picture that was passed on", sent(chat), base64(seed));
        });
    }
}

// ---- what comes ------------------------------------------------------------------------------------------------------

const ANSWERS = [
    ["a page that says it is a picture", "page/1", "invalid_image", "something else"],
    ["nothing", "empty/1", "invalid_image", "something else"],
    ["not there", "status/404", "invalid_image_url", "status 404"],
    ["refused", "status/403", "invalid_image_url", "status 403"],
    ["broken", "status/500", "invalid_image_url", "status 500"],
    ["a part", "status/206", "invalid_image_url", "status 206"],
    ["cut", "cut/1", "invalid_image_url", "a broken connection"],
    ["silence", "silent/1", "invalid_image_url", "no answer in time"],
    ["a standstill", "stalled/1", "invalid_image_url", "no answer in time"],
    ["endless", "huge/1", "image_too_large", "more than 256KiB, or with the other links than 1MiB"],
    ["announced as large", "large/1", "image_too_large", "more than 256KiB, or with the other links than 1MiB"],
];

async function testAnswers({ pictor, server }) {
    for (const [what, path, code, got] of ANSWERS) {
        await test(`an answer: ${what}`, async () => {
            server.reset();
            const started = Date.now();
            refused(await edit(pictor, `https://public.test/${path}`), code, got);
            same("within the time of limits.fetch_timeout", Date.now() - started < 1900, true);
            same("not much more was poured than allowed", server.poured < 8 << 20, true);
        });
    }
    await test("a certificate of an authority that is not trusted, though the system trusts it", async () => {
        refused(await edit(pictor, "https://stranger.test/fox/1"), "invalid_image_url", "no connection");
    });
    await test("a certificate for another name", async () => {
        server.reset();
        refused(await edit(pictor, "https://othername.example/fox/1"), "invalid_image_url", "no connection");
        same("requests", server.requests.length, 0);
    });
}

async function testManners({ pictor, server, chat }) {
    await test("links are fetched side by side, and stay in order", async () => {
        server.reset();
        chat.reset();
        const started = Date.now();
        const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
        const reply = await edit(pictor, ...seeds.map((seed) => `https://public.test/${seed % 2 ? "late" : "fox"}/${seed}`));
        same("status", [reply.status, reply.json.error?.message], [200, undefined]);
        same("the pictures that were passed on", sent(chat), base64(...seeds));
        same("at least four at once", server.peak >= 4, true);
        same("in the time of one", Date.now() - started < 900, true);
    });
    await test("the first that fails is named, whoever failed first", async () => {
        refused(await edit(pictor, "https://public.test/fox/1", "https://public.test/silent/1", "https://127.0.0.1/"),
            "invalid_image_url", "no answer in time", 1);
    });
    await test("a link's server gets a plain GET: no key, no cookie, no body", async () => {
        server.reset();
        await edit(pictor, "https://public.test/hop/2");
        await draw(pictor, chat, "https://public.test/hop/1");
        for (const { method, headers } of server.requests) {
            const names = Object.keys(headers).filter((name) => !["host", "user-agent", "accept"].includes(name));
            same("method and headers", [method, names], ["GET", []]);
        }
        same("requests", server.requests.length, 5);
    });
}

// 200 KB each, 256 KiB allowed, 1 MiB for all.
async function testTogether({ pictor, server }) {
    await test("links bring no more together than a body might", async () => {
        server.reset();
        const links = (n) => Array.from({ length: n }, () => "https://public.test/big/1");
        same("five", (await edit(pictor, ...links(5))).status, 200);
        const reply = await edit(pictor, ...links(8));
        same("eight", [reply.status, reply.json.error?.code], [400, "image_too_large"]);
        same("five again", (await edit(pictor, ...links(5))).status, 200);
    });
}

async function testClosed({ pictor, server }) {
    await test("a link's connection is not kept", async () => {
        same("status", (await edit(pictor, "https://public.test/hop/2")).status, 200);
        for (let tries = 0; server.open > 0 && tries < 50; tries++) {
            await sleep(20);
        }
        same("open connections", server.open, 0);
    });
}

// ---- links of providers ------------------------------------------------------------------------------------------------

async function testProviders({ pictor, server, chat }) {
    const refusedLinks = [
        ["https://127.0.0.1/fox/1", NOT_PUBLIC], ["https://loopback6.test/fox/1", NOT_PUBLIC], ["http://public.test/fox/1", "another scheme"],
        ["https://public.test/page/1", "something else"], ["https://public.test/status/404", "status 404"],
        ["https://public.test/huge/1", "more than 256KiB"], [to("https://127.0.0.1/"), `${NOT_PUBLIC}, after a redirect`],
    ];
    for (const [url, got] of refusedLinks) {
        await test(`a provider's link: ${url}`, async () => {
            server.reset();
            chat.reset();
            const reply = await draw(pictor, chat, url);
            same("reply", [reply.status, reply.json.error?.code, reply.json.error?.message], [502, "invalid_upstream_response",
                `router: expected a picture, got a link that cannot be followed: ${got}`]);
            nothingPrivate(server);
            same("calls: the drawing was paid for once", chat.calls.length, 1);
        });
    }
    await test("a provider's link that is good becomes the picture", async () => {
        const reply = await draw(pictor, chat, "https://public.test/fox/9");
        same("status", [reply.status, reply.json.error?.message], [200, undefined]);
        same("picture", reply.json.data[0].b64_json, base64(9)[0]);
        same("size", [reply.json.size, reply.json.output_format], ["64x48", "png"]);
    });
}

// The provider's own host is behind the link: what is open to it carries the operator's key.
async function testOwnConnections({ server, restarted }) {
    const config = (base) => `providers = { router = { kind = "chat", api_key = "test-key", base_url = "${base}/v1" } }`;
    await restarted(async (pictor) => {
        const ask = () => post(pictor, "/v1/images/generations", { prompt: "a red fox", model: "gemini-3-pro-image" });
        await test("a link to the provider's own host goes over a connection of its own", async () => {
            server.reset();
            for (let i = 0; i < 3; i++) {
                const reply = await ask();
                same("status", [reply.status, reply.json.error?.message], [200, undefined]);
            }
            const from = (method) => new Set(server.requests.filter((one) => one.method === method).map((one) => one.from));
            same("connections of calls, of links", [from("POST").size, from("GET").size], [1, 3]);
            same("connections in common", [...from("POST")].filter((port) => from("GET").has(port)), []);
        });
        await test("a provider is called where it is configured to be, also at a private address", async () => {
            server.reset();
            server.link = "https://private.test/fox/1";
            const reply = await ask();
            same("status", reply.status, 502);
            same("requests", server.requests.map((one) => [one.method, one.host]), [["POST", "cdn.lan:8443"]]);
        });
    }, config("https://cdn.lan:8443"));
}

async function testSystemCertificates({ server, restarted }) {
    await restarted(async (pictor) => {
        await test("without ca_file the system's certificates are trusted, and only those", async () => {
            server.reset();
            refused(await edit(pictor, "https://public.test/fox/1"), "invalid_image_url", "no connection");
            same("status", (await edit(pictor, "https://stranger.test/fox/1")).status, 200);
        });
    }, undefined, "");
}

async function run(folder) {
    makeAuthority(folder, "authority");
    makeAuthority(folder, "other");
    const hosts = Object.keys(NAMES).filter((name) => name !== "othername.example").map((name) => `DNS:${name}`);
    makeCertificate(folder, "server", "authority", [...hosts, ...[...PRIVATES, PUBLIC, PUBLIC6, "0.0.0.0", "::", "127.1.2.3"].map((one) => `IP:${one}`)]);
    makeCertificate(folder, "stranger", "other", ["DNS:stranger.test"]);
    setUpNetwork(join(folder, "etc"), [`${PUBLIC}/32`, `${PRIVATE}/32`, `${METADATA}/32`, `${PUBLIC6}/128`, "fd00::1/128"], makeTrusted(folder, "other"));
    const names = await startNames(NAMES);
    const server = await startPictures(folder);
    const chat = await startChat();
    const router = `providers = { router = { kind = "chat", api_key = "test-key", base_url = "${chat.url}/v1" } }`;
    const start = (providers = router, ca = `ca_file = "${join(folder, "authority.pem")}",`) => startPictor({
        config: `return { listen = "$LISTEN", keys = { { name = "test", key = "test-key" } }, ${ca} ${providers}, ${LIMITS},
            privacy = { strip_metadata = false }, egress = { allow = { "pictures.internal", "cdn.lan:8443" } } }`,
    });
    // Another process, which has looked up nothing yet.
    const restarted = async (use, ...options) => {
        const pictor = await start(...options);
        await use(pictor);
        await pictor.stop();
    };
    const pictor = await start();
    const all = { pictor, server, chat, names, restarted };
    await testForbidden(all);
    await testNames(all);
    await testAllowed(all);
    await testRedirects(all);
    await testAnswers(all);
    await testManners(all);
    await testTogether(all);
    await testClosed(all);
    await testProviders(all);
    await testOwnConnections(all);
    await testSystemCertificates(all);
    await test("pictor ends well after all that", () => pictor.stop());
    names.stop();
    server.stop();
    await chat.stop();
}

if (isInside) {
    const folder = mkdtempSync(join(tmpdir(), "pictor-links-"));
    await run(folder);
    rmSync(folder, { recursive: true, force: true });
    finish();
} else {
    const why = runInside(fileURLToPath(import.meta.url));
    if (why) {
        skip("links on an internet of their own", why);
        finish();
    }
}
