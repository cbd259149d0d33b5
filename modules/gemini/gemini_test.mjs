// gemini_test.mjs - are Vertex AI's tokens fetched when they are needed, and only then?
//
// What documents cannot say: many requests at once, a token that ends, and what is
// refused at start.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { finish, test } from "../../tests/lib/harness.mjs";
import { send } from "../../tests/lib/http.mjs";
import { binary, root, startPictor } from "../../tests/lib/pictor.mjs";
import { start } from "./double.mjs";

const pem = readFileSync(new URL("requests/key.pem", import.meta.url), "utf8");
const double = await start({ seconds: 3599 });

function accountOf(more = {}) {
    return {
        type: "service_account", project_id: "a-project", private_key_id: "key-1", private_key: pem,
        client_email: "pictor@a-project.iam.gserviceaccount.com", token_uri: `${double.url}/token`, ...more,
    };
}

function serve(states = 1) {
    return startPictor({
        config: `return {
            listen = "$LISTEN",
            keys = { { name = "test", key = "test-key" } },
            providers = { vertex = {
                kind = "gemini", base_url = "${double.url}/v1", service_account = [==[${JSON.stringify(accountOf())}]==],
            } },
            limits = { in_flight = 64, lua_states = ${states} },
        }`,
        secrets: ["test-key", pem.split("\n")[3]],
    });
}

async function ask(pictor) {
    const body = Buffer.from(JSON.stringify({ model: "gemini-3-pro-image", prompt: "a fox" }));
    const reply = await send(pictor.url, { method: "POST", path: "/v1/images/generations", headers: [], body });
    assert.equal(reply.status, 200, reply.text.slice(0, 400));
    return reply;
}

const many = (pictor, count) => Promise.all(Array.from({ length: count }, () => ask(pictor)));
const fetched = () => double.calls.filter(({ path }) => path === "/token").length;
const used = () => new Set(double.calls.map(({ headers }) => headers.authorization).filter(Boolean));

await test("twenty requests at once fetch one token, and all use it", async () => {
    const pictor = await serve();
    double.delay = 100;
    await many(pictor, 20);
    double.delay = 0;
    assert.deepEqual([fetched(), used().size, double.calls.length], [1, 1, 21]);
    await ask(pictor);
    assert.deepEqual([fetched(), used().size], [1, 1]);
    await pictor.stop();
    assert.deepEqual(double.refused, []);
});

await test("each Lua state has a token of its own, and no more", async () => {
    double.reset();
    const pictor = await serve(3);
    double.delay = 50;
    await many(pictor, 24);
    double.delay = 0;
    assert.ok(fetched() >= 1 && fetched() <= 3, `expected 1 to 3 tokens, got ${fetched()}`);
    await pictor.stop();
    assert.deepEqual(double.refused, []);
});

await test("a token is fetched anew before it ends", async () => {
    double.reset();
    double.seconds = 4;
    const pictor = await serve();
    await ask(pictor);
    await ask(pictor);
    assert.equal(fetched(), 1);
    await sleep(3200);
    await many(pictor, 5);
    assert.deepEqual([fetched(), used().size, double.refused], [2, 2, []]);
    double.seconds = 3599;
    await pictor.stop();
});

await test("a token that was withdrawn is replaced by the next try", async () => {
    double.reset();
    const pictor = await serve();
    await ask(pictor);
    double.tokens.clear();
    const reply = await ask(pictor);
    assert.equal(reply.headers["x-pictor-attempts"], "2");
    assert.equal(fetched(), 2);
    await pictor.stop();
});

// ---- what is refused at start -----------------------------------------------------

const folder = mkdtempSync(join(tmpdir(), "pictor-vertex-"));

function check(lines, account) {
    writeFileSync(join(folder, "account.json"), typeof account === "string" ? account : JSON.stringify(account));
    writeFileSync(join(folder, "pictor.lua"), `return { providers = { vertex = { kind = "gemini",\n${lines} } } }`);
    const { status, stdout, stderr } = spawnSync(binary, ["check", "-c", join(folder, "pictor.lua")],
        { env: { PATH: process.env.PATH, PICTOR_HOME: root }, encoding: "utf8" });
    return { status, text: stdout + stderr };
}

const given = "service_account = file \"account.json\"";
const { privateKey: curve } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const wrong = [
    ["neither key nor account", "", "", /vertex\.api_key: expected text, got nil/],
    ["key and account", `api_key = "test-key", ${given}`, accountOf(), /service_account: expected none beside a key, got both/],
    ["express mode of an account", `express = true, ${given}`, accountOf(), /service_account: expected none beside a key/],
    ["a key with a project", "api_key = \"test-key\", project = \"p\"", "", /project: expected none without a service_account, got "p"/],
    ["a key with a location", "api_key = \"test-key\", location = \"us\"", "", /location: expected none without a service_account/],
    ["a file that is no JSON", given, "project_id: x", /service_account: expected the text of a key file, as JSON, with client_email/],
    ["a file without a key", given, accountOf({ private_key: undefined }), /with private_key, in PEM, got something else/],
    ["a key that is none", given, accountOf({ private_key: pem.replace(/\n\w{20}/, "\n") }), /a private_key that can be read, of RSA/],
    ["a key of another kind", given, accountOf({ private_key: curve.export({ type: "pkcs8", format: "pem" }) }), /of RSA/],
    ["a token_uri that is none", given, accountOf({ token_uri: "file:///etc/passwd" }), /with token_uri, an address/],
    ["no project anywhere", given, accountOf({ project_id: undefined }), /vertex\.project: expected text, because the key file names none/],
    ["a location with a path", `location = "a/b", ${given}`, accountOf(), /location: expected a location such as global/],
];
for (const [name, lines, account, message] of wrong) {
    await test(`at start is refused: ${name}`, () => {
        const { status, text } = check(lines, account);
        assert.equal(status, 1, text);
        assert.match(text, message);
        assert.ok(!text.includes(pem.split("\n")[3]), "the key is in the message");
    });
}
for (const [name, lines, account] of [
    ["a service account", given, accountOf()], ["one without token_uri", given, accountOf({ token_uri: undefined })],
    ["a project of its own", `project = "p", ${given}`, accountOf({ project_id: undefined })],
    ["express mode", "api_key = \"test-key\", express = true", ""],
]) {
    await test(`at start is accepted: ${name}`, () => {
        const { status, text } = check(lines, account);
        assert.equal(status, 0, text);
    });
}

// ---- addresses --------------------------------------------------------------------

for (const [lines, base] of [
    [given, "https://aiplatform.googleapis.com/v1/projects/a-project/locations/global/publishers/google"],
    [`location = "europe-west4", project = "b c", ${given}`,
        "https://europe-west4-aiplatform.googleapis.com/v1/projects/b%20c/locations/europe-west4/publishers/google"],
    [`location = "eu", ${given}`, "https://aiplatform.eu.rep.googleapis.com/v1/projects/a-project/locations/eu/publishers/google"],
    ["api_key = \"test-key\", express = true", "https://aiplatform.googleapis.com/v1/publishers/google"],
    ["api_key = \"test-key\"", "https://generativelanguage.googleapis.com/v1beta"],
]) {
    await test(`the address begins with ${base}`, () => {
        const url = `${base}/models/gemini-3-pro-image:generateContent`;
        check(lines, accountOf());
        const body = "{\"model\": \"gemini-3-pro-image\", \"prompt\": \"a fox\"}";
        const { stdout, stderr } = spawnSync(binary, ["explain", "-c", join(folder, "pictor.lua"), "-"],
            { env: { PATH: process.env.PATH, PICTOR_HOME: root }, input: body, encoding: "utf8" });
        assert.ok(stdout.includes(url), stdout + stderr);
        assert.ok(!stdout.includes("PRIVATE"), "the account is in what is explained");
    });
}

rmSync(folder, { recursive: true, force: true });
await double.stop();
finish();
