// run.mjs - what becomes of each parameter with each provider, and do the READMEs say so?
//
//     node tests/parameters/run.mjs [KIND]              # compares
//     node tests/parameters/run.mjs [KIND] --write      # writes the tables into modules/KIND/README.md
//
// Asks Pictor itself, one parameter and one provider at a time, what it would do: the
// explained call with the parameter is laid beside the one without it. So each cell is
// what happens, and there are only four things that may happen. The configurations are
// those of examples/providers.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exampleConfig, kindsWithExample } from "../lib/examples.mjs";
import { finish, skip, test } from "../lib/harness.mjs";
import { send } from "../lib/http.mjs";
import { imageLink } from "../lib/picture.mjs";
import { binary, root, startPictor } from "../lib/pictor.mjs";
import { checkStops, stopLater } from "../lib/stops.mjs";

const BEGIN = "<!-- begin: written by tests/parameters/run.mjs --write -->\n";
const END = "<!-- end -->";

const SIDES = { width: 512, height: 384 };
const [picture, another, mask] = ["png", "png", "mask"].map((type, i) => imageLink(type, { ...SIDES, seed: i + 1 }));
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

// Where a picture is asked for, and with what. Headers hold the time at most.
const told = ({ json }) => JSON.stringify([json.call?.url, json.call?.body, json.call?.form, json.call?.task, json.call?.args]);

// The reply with the parameter, and one without it; anew while the time of day makes a difference.
async function sideBySide(pictor, model, body, without) {
    let reply, plain, again;
    for (let tries = 0; tries < 5 && (!again || told(plain) !== told(again)); tries++) {
        plain = await explain(pictor, model, without);
        reply = await explain(pictor, model, body);
        again = await explain(pictor, model, without);
    }
    return { reply, plain };
}

// The cell of a parameter and a provider: one of the four fates.
async function fate(pictor, [name, body, without = {}], model) {
    const { reply, plain } = await sideBySide(pictor, model, body, without);
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
    if (told(reply) !== told(plain)) {
        return "passed on";
    }
    return name === "n" ? "n calls" : "so anyway";
}

function shown([name, body]) {
    const value = typeof body[name] === "object" || name === "prompt" ? "" : ` ${body[name]}`;
    return `\`${name}\`${value}${name === "moderation" && body.images ? " in an edit" : ""}`;
}

async function makeTable(kind, pictor, model) {
    const lines = [`| parameter | with \`${model}\` |`, "|---|---|"];
    for (const row of ROWS) {
        await test(`${kind}: ${shown(row).replaceAll("`", "")} is passed on, mapped, so anyway, or refused by name`, async () => {
            lines.push(`| ${shown(row)} | ${await fate(pictor, row, model)} |`);
        });
    }
    return `${lines.join("\n")}\n`;
}

// A README in three parts: before the table, the table, behind it.
function between(path, text) {
    const from = text.indexOf(BEGIN), to = text.indexOf(END);
    assert.ok(from >= 0 && to > from, `${path}: expected the lines ${BEGIN} and ${END}`);
    return [text.slice(0, from + BEGIN.length), text.slice(from + BEGIN.length, to), text.slice(to)];
}

// The first model of the list that the provider serves: the one that its README speaks of.
async function firstModel(pictor) {
    const { data } = (await send(pictor.url, { method: "GET", path: "/v1/models", headers: [], body: "" })).json;
    assert.ok(data.length > 0, "models: expected one at least, got none");
    return data[0].id;
}

async function tryKind(kind, write) {
    const path = `modules/${kind}/README.md`;
    const { config, env } = await exampleConfig(kind);
    const pictor = await startPictor({ config, env });
    const table = await makeTable(kind, pictor, await firstModel(pictor));
    await test(`${path} has the table as it is now (else: --write)`, async () => {
        const [before, written, after] = between(path, await readFile(join(root, path), "utf8"));
        if (write) {
            await writeFile(join(root, path), before + table + after);
        } else {
            assert.equal(written, table);
        }
    });
    stopLater(pictor, kind);
}

const names = process.argv.slice(2).filter((argument) => argument !== "--write");
if (!execFileSync(binary, ["version"], { encoding: "utf8" }).includes("module image:")) {
    skip("the tables of parameters", "this build lacks the image module");
} else {
    for (const kind of (await kindsWithExample()).filter((one) => names.length === 0 || names.includes(one))) {
        await tryKind(kind, process.argv.includes("--write"));
    }
}
await checkStops();
finish();
