// run.mjs - for every model and every ratio: is what is sent on the provider's list, and the nearest there?
//
//     node tests/catalogue/run.mjs [KIND]
//
// Serves the configurations of examples/providers, has every call explained, and finds
// the shape in it where the API has it. shapes.mjs is the list; where it has none (a
// marketplace, a machine of one's own), the model's own entry in GET /v1/models is.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { exampleConfig, kindsWithExample } from "../lib/examples.mjs";
import { finish, test } from "../lib/harness.mjs";
import { send } from "../lib/http.mjs";
import { imageLink } from "../lib/picture.mjs";
import { startPictor } from "../lib/pictor.mjs";
import { checkStops, stopLater } from "../lib/stops.mjs";
import { RATIOS, shapeOf } from "./shapes.mjs";

const [picture, mask] = ["png", "mask"].map((type) => imageLink(type, { width: 512, height: 512 }));

const sides = (text) => text.split(/[:x*]/).map(Number);
const log = (text) => { const [w, h] = sides(text); return Math.log(w / h); };

// ---- what is sent ------------------------------------------------------------------------------------------------------

const PRESETS = {
    square_hd: "1:1", square: "1:1", portrait_4_3: "3:4", portrait_16_9: "9:16", landscape_4_3: "4:3", landscape_16_9: "16:9",
};

function fieldsOf(call) {
    const found = [];
    const walk = (value) => {
        for (const [name, inner] of Object.entries(value ?? {})) {
            found.push([name, inner, value]);
            if (inner && typeof inner === "object") {
                walk(inner);
            }
        }
    };
    walk(call.form ? Object.fromEntries(call.form.map((part) => [part.name, part.value])) : call.args ?? call.body);
    return found;
}

// "16:9", or "1024x768", wherever the API has it; undefined when the call says nothing of it.
function shapeIn(call) {
    const fields = fieldsOf(call);
    const named = (pattern) => fields.filter(([name, value]) => pattern.test(name) && ["string", "number"].includes(typeof value));
    const [ratio] = named(/^(aspect_?ratio)$/i).map(([, value]) => value).filter((value) => /:/.test(value));
    const [size] = named(/^(size|image_size)$/).map(([, value]) => PRESETS[value] ?? String(value).replace("*", "x"));
    const [width] = named(/^width$/).map(([, value, around]) => `${value}x${around.height}`);
    return ratio ?? (/^\d/.test(size ?? "") && /[x:]/.test(size) ? size : undefined) ?? width;
}

// ---- is it right? --------------------------------------------------------------------------------------------------------

function checkRatio(wanted, sent, ratios) {
    if (!Array.isArray(ratios)) {
        assert.ok(log(sent) >= log(ratios.from) - 1e-9 && log(sent) <= log(ratios.to) + 1e-9, `${wanted}: ${sent} is out of range`);
        return;
    }
    assert.ok(ratios.includes(sent), `${wanted}: expected one of ${ratios.join(" ")}, got ${sent}`);
    const distance = (ratio) => Math.abs(log(ratio) - log(wanted));
    const nearest = Math.min(...ratios.map(distance));
    assert.ok(distance(sent) <= nearest + 1e-9, `${wanted}: expected the nearest, got ${sent}`);
}

const nearest = (ratios, wanted) => ratios.reduce((a, b) =>
    Math.abs(log(b) - log(wanted)) < Math.abs(log(a) - log(wanted)) - 1e-9 ? b : a);

function checkSize(wanted, sent, sizes) {
    const [w, h] = sides(sent);
    checkRatio(wanted, `${w}:${h}`, sizes.map((size) => size.replace("x", ":")));
}

// Multiples of step cannot hit every ratio: half a step of the shorter side is what may be missing, on both sides.
function checkPixels(wanted, sent, { step = 1, min = 1, max = 65535, ratio = Infinity, area = [0, Infinity] }, ratios) {
    const [w, h] = sides(sent);
    const [short, long] = [Math.min(w, h), Math.max(w, h)];
    assert.ok(w % step === 0 && h % step === 0, `${wanted}: ${sent} is not in steps of ${step}`);
    assert.ok(short >= min && long <= max, `${wanted}: ${sent} is not within ${min} and ${max}`);
    assert.ok(long <= ratio * short, `${wanted}: ${sent} is over ${ratio}:1`);
    assert.ok(w * h >= area[0] && w * h <= area[1], `${wanted}: ${sent} has not ${area.join(" to ")} pixels`);
    const most = Math.log(Math.min(ratio, max / min, area[1] / min ** 2, max ** 2 / area[0]));
    const goal = Math.max(-most, Math.min(most, log(ratios ? nearest(ratios, wanted) : wanted)));
    const slack = 2 * Math.max(step, 2) / short;
    assert.ok(Math.abs(Math.log(w / h) - goal) <= slack, `${wanted}: ${sent} is ${Math.abs(Math.log(w / h) - goal).toFixed(3)} off`);
}

// model: its entry in the list. One whose pixels are chosen from ratios is as near as those are.
function checkShape(wanted, sent, shape, model) {
    assert.ok(sent !== undefined, `${wanted}: expected a shape in the call, got none`);
    if (shape.ratios) {
        checkRatio(wanted, sent, shape.ratios);
    } else if (shape.sizes) {
        checkSize(wanted, sent, shape.sizes);
    } else {
        checkPixels(wanted, sent, shape, model.pixels ? undefined : model.aspect_ratios);
    }
}

// ---- asking --------------------------------------------------------------------------------------------------------------

function post(pictor, model, ratio, pictures) {
    const body = JSON.stringify({ prompt: "a red fox", model, aspect_ratio: ratio, ...pictures });
    const path = `/v1/images/${pictures ? "edits" : "generations"}`;
    return send(pictor.url, { method: "POST", path, headers: [["x-pictor-explain", "1"]], body: Buffer.from(body) });
}

const WAYS = [undefined, { images: [picture] }, { images: [picture], mask }, { images: [picture, picture] }];

// Some models only edit, or want two pictures.
async function explained(pictor, model, ratio) {
    let reply;
    for (const pictures of WAYS) {
        reply = await post(pictor, model, ratio, pictures);
        if (reply.status !== 400 || reply.json.error.param === "aspect_ratio") {
            break;
        }
    }
    return reply;
}

// What the list says of a model that is told sent.
function ownShape({ aspect_ratios: ratios, sizes, pixels }, sent) {
    if (ratios && sent?.includes(":")) {
        return { ratios };
    }
    return sizes ? { sizes } : pixels ?? (ratios && { ratios });
}

// Says nothing of the shape, because the model has none to choose from.
const isShapeless = (reply) => reply.status === 400 && reply.json.error.param === "aspect_ratio";
const isLeftToIt = ({ json }) => json.plan?.mapped?.some((text) => /^aspect_ratio=\S+ -> (the model's own|512x512)$/.test(text));

async function tryModel(kind, pictor, model) {
    let told = 0;
    for (const ratio of RATIOS) {
        const reply = await explained(pictor, `${model.providers[0]}/${model.id}`, ratio);
        if (!isShapeless(reply)) {
            assert.equal(reply.status, 200, `${ratio}: ${reply.text.slice(0, 300)}`);
        }
        if (!isShapeless(reply) && !isLeftToIt(reply)) {
            const sent = shapeIn(reply.json.call);
            checkShape(ratio, sent, shapeOf(kind, model.id) ?? ownShape(model, sent), model);
            told++;
        }
    }
    const edits = /inpaint|fill|erase|background|transfer|outpaint|edit/.test(model.id);
    assert.ok(told === RATIOS.length || edits || !shapeOf(kind, model.id), `it was told of ${told} shapes, yet has a list`);
}

async function tryKind(kind) {
    const { config, env } = await exampleConfig(kind);
    const pictor = await startPictor({ config, env });
    const { data } = (await send(pictor.url, { method: "GET", path: "/v1/models", headers: [], body: "" })).json;
    await test(`${kind} has models`, () => assert.ok(data.length > 0));
    for (const model of data) {
        await test(`${kind}: what is sent for ${model.id} is on its list, and the nearest there to each of ${RATIOS.length} ratios`,
            () => tryModel(kind, pictor, model));
    }
    stopLater(pictor, kind);
}

for (const kind of (await kindsWithExample()).filter((one) => one.includes(process.argv[2] ?? ""))) {
    await tryKind(kind);
}
await checkStops();
finish();
