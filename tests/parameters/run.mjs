// run.mjs - what becomes of each parameter with each provider, and does modules/README.md say so?
//
//     node tests/parameters/run.mjs             # compares
//     node tests/parameters/run.mjs --write     # writes the table into modules/README.md
//
// Asks Pictor itself, one parameter and one provider at a time, what it would do: the
// explained call with the parameter is laid beside the one without it. So each cell is
// what happens, and there are only four things that may happen.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finish, skip, test } from "../lib/harness.mjs";
import { send } from "../lib/http.mjs";
import { makePicture } from "../lib/picture.mjs";
import { binary, root, startPictor } from "../lib/pictor.mjs";

const README = join(root, "modules/README.md");
const BEGIN = "<!-- begin: written by tests/parameters/run.mjs --write -->\n";
const END = "<!-- end -->\n";

function link(type, seed) {
    const bytes = makePicture(type, { width: 64, height: 48, seed });
    return { image_url: `data:image/png;base64,${bytes.toString("base64")}` };
}

const [picture, another, mask] = [link("png", 1), link("png", 2), link("mask", 3)];

// One model of each kind of provider; an edit is asked for with `images` in the body.
const PROVIDERS = [
    ["gemini", "google/gemini-3-pro-image"], ["openai", "openai/gpt-image-2.6-sunburst"],
    ["chat", "router/google/gemini-3-pro-image"], ["demo", "demo/demo"],
];
const edit = { images: [picture] };
const ROWS = [
    ["prompt", { prompt: "a blue fox" }],
    ["n", { n: 3 }],
    ["size", { size: "1792x1024" }],
    ["aspect_ratio", { aspect_ratio: "16:9" }],
    ["quality", { quality: "standard" }],
    ["quality", { quality: "low" }],
    ["quality", { quality: "medium" }],
    ["quality", { quality: "high" }],
    ["quality", { quality: "hd" }],
    ["style", { style: "vivid" }],
    ["style", { style: "natural" }],
    ["background", { background: "opaque" }],
    ["background", { background: "transparent", output_format: "png" }, { output_format: "png" }],
    ["output_format", { output_format: "png" }],
    ["output_format", { output_format: "jpeg" }],
    ["output_format", { output_format: "webp" }],
    ["output_compression", { output_format: "webp", output_compression: 60 }, { output_format: "webp" }],
    ["moderation", { moderation: "low" }],
    ["moderation", { ...edit, moderation: "low" }, edit],
    ["seed", { seed: 7 }],
    ["user", { user: "ann" }],
    ["images", { images: [picture, another] }, edit],
    ["mask", { ...edit, mask }, edit],
    ["input_fidelity", { ...edit, input_fidelity: "high" }, edit],
    ["input_fidelity", { ...edit, input_fidelity: "low" }, edit],
    ["response_format", { response_format: "b64_json" }],
    ["response_format", { response_format: "url" }],
    ["stream", { stream: true }],
    ["partial_images", { partial_images: 2 }],
];

const CONFIG = `return {
    listen = "$LISTEN",
    keys = { { name = "test", key = "test-key" } },
    providers = {
        google = { kind = "gemini", api_key = "test-key" },
        openai = { kind = "openai", api_key = "test-key" },
        router = { kind = "chat", api_key = "test-key", base_url = "https://router.example/v1" },
        demo = { kind = "demo" },
    },
    limits = { in_flight = 16 },
}`;

async function explain(pictor, model, body) {
    const path = body.images ? "/v1/images/edits" : "/v1/images/generations";
    const bytes = Buffer.from(JSON.stringify({ prompt: "a red fox", model, ...body }));
    return send(pictor.url, { method: "POST", path, headers: [["x-pictor-explain", "1"]], body: bytes });
}

// "style=vivid -> prompt" -> what it became, in a word or two
function became(report) {
    const after = report.split(" -> ").slice(1).join(" -> ");
    if (after === "prompt") {
        return "in words";
    }
    return after === "" ? report.replace(/^\w+=/, "") : after.replace(/=.*/, "");
}

// The cell of a parameter and a provider: one of the four fates.
async function fate(pictor, [name, body, without = {}], model) {
    const [reply, plain] = [await explain(pictor, model, body), await explain(pictor, model, without)];
    if (reply.status === 400) {
        const { param } = reply.json.error;
        assert.ok(param.startsWith(name) || (param === "images" && body.images), `refused, but for ${param}`);
        return "refused";
    }
    assert.equal(reply.status, 200, reply.text.slice(0, 300));
    const reported = (reply.json.plan.mapped ?? []).find((text) => text.startsWith(`${name}=`) || text.startsWith(`${name} `));
    if (reported) {
        return `mapped: ${became(reported)}`;
    }
    if (JSON.stringify(reply.json.call) !== JSON.stringify(plain.json.call)) {
        return "passed on";
    }
    return name === "n" ? "n calls" : "so anyway";
}

function shown([name, body]) {
    const value = typeof body[name] === "object" || name === "prompt" ? "" : ` ${body[name]}`;
    return `\`${name}\`${value}${name === "moderation" && body.images ? " in an edit" : ""}`;
}

async function makeTable(pictor) {
    const lines = [
        `| parameter | ${PROVIDERS.map(([kind]) => `\`${kind}\``).join(" | ")} |`, `|---|${"---|".repeat(PROVIDERS.length)}`,
    ];
    for (const row of ROWS) {
        const cells = [];
        for (const [kind, model] of PROVIDERS) {
            await test(`${shown(row).replaceAll("`", "")} with ${kind} is passed on, mapped, so anyway, or refused by name`, async () => {
                cells.push(await fate(pictor, row, model));
            });
        }
        lines.push(`| ${shown(row)} | ${cells.join(" | ")} |`);
    }
    return `${lines.join("\n")}\n`;
}

function between(text) {
    const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
    assert.ok(from >= 0 && to > from, `modules/README.md: expected the lines ${BEGIN} and ${END}`);
    return [text.slice(0, from + BEGIN.length), text.slice(from + BEGIN.length, to), text.slice(to)];
}

const pictor = await startPictor({ config: CONFIG });
if (!execFileSync(binary, ["version"], { encoding: "utf8" }).includes("module image:")) {
    skip("the table of parameters", "this build lacks the image module");
} else {
    const table = await makeTable(pictor);
    const [before, written, after] = between(await readFile(README, "utf8"));
    if (process.argv[2] === "--write") {
        await writeFile(README, before + table + after);
    } else {
        await test("modules/README.md has the table as it is now (else: --write)", () => assert.equal(written, table));
    }
}
await test("pictor ends well", () => pictor.stop());
finish();
