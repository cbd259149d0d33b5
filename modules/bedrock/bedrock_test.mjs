// bedrock_test.mjs - does the signature come out as AWS has published it?
//
// The example of AWS's own documentation (Signature Version 4, GET iam ListUsers), for
// the Lua that signs and for the double that checks it. And what documents cannot say:
// addresses, seeds of one moment, and what is refused at start.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finish, skip, test } from "../../tests/lib/harness.mjs";
import { send } from "../../tests/lib/http.mjs";
import { makePicture } from "../../tests/lib/picture.mjs";
import { binary, root, startPictor } from "../../tests/lib/pictor.mjs";
import { readPixels } from "../../tests/lib/pixels.mjs";
import { account, signature, start } from "./double.mjs";

const published = {
    id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", time: "20150830T123600Z", region: "us-east-1", service: "iam",
    request: {
        method: "GET", path: "/", query: "Action=ListUsers&Version=2010-05-08", body: "",
        headers: {
            "content-type": "application/x-www-form-urlencoded; charset=utf-8", host: "iam.amazonaws.com", "x-amz-date": "20150830T123600Z",
        },
    },
    signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
};

await test("the double signs as AWS's published example has it", () => {
    const { request, time, region, service, secret } = published;
    assert.equal(signature(request, Object.keys(request.headers), time, region, service, secret), published.signature);
});

// ---- the Lua ----------------------------------------------------------------------

// A home like ours with one provider more, whose only call shows what the module's file signs.
const home = await mkdtemp(join(tmpdir(), "pictor-bedrock-"));
for (const folder of ["core/lua", "scripts", "modules"]) {
    await cp(join(root, folder), join(home, folder), { recursive: true });
}
await mkdir(join(home, "modules/signer"));
await cp(join(root, "modules/bedrock/sigv4.lua"), join(home, "modules/signer/sigv4.lua"));
const { request } = published;
await writeFile(join(home, "modules/signer/signer.lua"), `
local sigv4 = require "sigv4"
local function build()
    local headers = { ${Object.entries(request.headers).map(([name, value]) => `["${name}"] = "${value}"`).join(", ")} }
    local request = { method = "${request.method}", path = "${request.path}", query = "${request.query}", headers = headers,
        hash = pictor.sha256("") }
    local account = { id = "${published.id}", secret = "${published.secret}" }
    local shown = sigv4.authorization(request, account, "${published.region}", "${published.service}")
    return { url = "http://127.0.0.1:1/", headers = { shown = shown } }
end
return { options = {}, build = build, read = function() return { pictures = {} } end }
`);

const folder = await mkdtemp(join(tmpdir(), "pictor-bedrock-"));

async function pictor(command, provider, { env = {}, body = { model: "stability.stable-image-core-v1:1", prompt: "a fox" } } = {}) {
    const file = join(folder, "pictor.lua");
    await writeFile(file, `return { providers = { aws = { ${provider} } } }`);
    const ran = spawnSync(binary, [command, "-c", file, ...command === "explain" ? ["-"] : []], {
        env: { PATH: process.env.PATH, PICTOR_HOME: root, ...env }, input: JSON.stringify(body), encoding: "utf8",
    });
    return { status: ran.status, text: ran.stdout + ran.stderr };
}

await test("the module signs as AWS's published example has it", async () => {
    const { text } = await pictor("explain", "kind = \"signer\"", { env: { PICTOR_HOME: home }, body: { model: "x", prompt: "a fox" } });
    assert.ok(text.includes("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request,"
        + ` SignedHeaders=content-type;host;x-amz-date, Signature=${published.signature}`), text);
});

// ---- addresses and seeds ----------------------------------------------------------

const keys = `access_key_id = "${account.id}", secret_access_key = "${account.secret}"`;

await test("the address is the region's, and the secret is in nothing that is explained", async () => {
    const { text } = await pictor("explain", `kind = "bedrock", ${keys}, region = "eu-west-1"`);
    assert.match(text, /https:\/\/bedrock-runtime\.eu-west-1\.amazonaws\.com\/model\/stability\.stable-image-core-v1%3A1\/invoke/);
    assert.ok(!text.includes(account.secret), text);
});

const double = await start();

async function serve(provider) {
    return startPictor({
        config: `return { listen = "$LISTEN", keys = { { name = "test", key = "test-key" } },
            providers = { aws = { kind = "bedrock", ${provider} } }, limits = { in_flight = 64, lua_states = 2 } }`,
    });
}

function ask(to, body) {
    const bytes = Buffer.from(JSON.stringify(body));
    return send(to.url, { method: "POST", path: "/v1/images/generations", headers: [], body: bytes });
}

await test("a path in front of the address, as a proxy has it, is signed too", async () => {
    const served = await serve(`${keys}, base_url = "${double.url}/to aws"`.replace(" aws", "%20aws"));
    const reply = await ask(served, { model: "stability.stable-image-core-v1:1", prompt: "a fox" });
    const [call] = double.calls;
    assert.equal(call.path, "/to%20aws/model/stability.stable-image-core-v1%3A1/invoke");
    const [, names, given] = /SignedHeaders=(\S+), Signature=(\w+)$/.exec(call.headers.authorization);
    const sent = { method: call.method, path: call.path, query: "", headers: call.headers, body: call.bytes };
    assert.equal(signature(sent, names.split(";"), call.headers["x-amz-date"], "us-west-2", "bedrock", account.secret), given);
    assert.equal(reply.status, 404);
    await served.stop();
});

await test("the same prompt, sent six times at once, has six seeds", async () => {
    double.reset();
    const served = await serve(`${keys}, base_url = "${double.url}"`);
    const body = { model: "amazon.nova-canvas-v1:0", prompt: "a fox" };
    const replies = await Promise.all(Array.from({ length: 6 }, () => ask(served, body)));
    assert.ok(replies.every(({ status }) => status === 200), replies[0].text.slice(0, 300));
    assert.equal(new Set(double.calls.map(({ json }) => json.imageGenerationConfig.seed)).size, 6);
    await served.stop();
    assert.deepEqual(double.refused, []);
});

await test("a picture of many megabytes is signed as it is sent", async () => {
    double.reset();
    const link = `data:image/png;base64,${makePicture("png", { width: 64, height: 48, bytes: 6e6 }).toString("base64")}`;
    const served = await serve(`${keys}, base_url = "${double.url}"`);
    const bytes = Buffer.from(JSON.stringify({ model: "stability.sd3-5-large-v1:0", prompt: "a/fox", images: [{ image_url: link }] }));
    const reply = await send(served.url, { method: "POST", path: "/v1/images/edits", headers: [], body: bytes });
    assert.equal(reply.status, 200, reply.text.slice(0, 300));
    assert.deepEqual([double.calls.length, double.refused], [1, []]);
    await served.stop();
});

// The client's mask is open on the right. Of each model: the field, and the colours on the left and on the right.
const masks = [
    ["us.stability.stable-image-inpaint-v1:0", (body) => body.mask, [0, 255]],
    ["amazon.nova-canvas-v1:0", (body) => body.inPaintingParams.maskImage, [255, 0]],
];
for (const [model, field, colours] of masks) {
    const name = `the mask of ${model} shows what to edit in ${colours[1] ? "white" : "black"}`;
    if (!spawnSync(binary, ["version"], { encoding: "utf8" }).stdout.includes("module image:")) {
        skip(name, "this build lacks the image module");
        continue;
    }
    await test(name, async () => {
        double.reset();
        const links = ["png", "mask"].map((type) => makePicture(type, { width: 64, height: 48, hole: "right" }))
            .map((bytes) => ({ image_url: `data:image/png;base64,${bytes.toString("base64")}` }));
        const served = await serve(`${keys}, base_url = "${double.url}"`);
        const bytes = Buffer.from(JSON.stringify({ model, prompt: "a fox", images: [links[0]], mask: links[1] }));
        const reply = await send(served.url, { method: "POST", path: "/v1/images/edits", headers: [], body: bytes });
        assert.equal(reply.status, 200, reply.text.slice(0, 300));
        const pixels = readPixels(Buffer.from(field(double.calls[0].json), "base64"));
        assert.deepEqual([pixels.at(2, 20)[0], pixels.at(60, 20)[0]], colours);
        await served.stop();
    });
}

// ---- what is refused at start -----------------------------------------------------

for (const [name, provider, message] of [
    ["nothing that opens", "", /aws\.access_key_id: expected text, or an api_key, got nil/],
    ["an id without its secret", "access_key_id = \"x\"", /aws\.secret_access_key: expected text, got nil/],
    ["both ways at once", `api_key = "x", ${keys}`, /aws\.api_key: expected none beside an access key, got both/],
    ["a session token beside an API key", "api_key = \"x\", session_token = \"y\"", /aws\.api_key: expected none beside an access key/],
    ["a region with a path", `region = "us/west", ${keys}`, /aws\.region: expected a region such as us-west-2, got "us\/west"/],
]) {
    await test(`at start is refused: ${name}`, async () => {
        const { status, text } = await pictor("check", `kind = "bedrock", ${provider}`);
        assert.equal(status, 1, text);
        assert.match(text, message);
    });
}

await rm(home, { recursive: true, force: true });
await rm(folder, { recursive: true, force: true });
await double.stop();
finish();
