// double.mjs - what would stable-diffusion.cpp's sd-server say to this call?
//
// A double of POST /v1/images/generations and /edits. It takes the JSON out of the
// prompt as the real one does, is stricter than that with fields that it does not know,
// and draws n pictures; without a seed it takes 42, and so draws the same ones again. For
// a seed below 0 it takes the time in seconds.
//
//     node modules/sdcpp/double.mjs --port 0 --delay 2000
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { readPicture } from "../../tests/lib/picture.mjs";
import { bodyOf, drawn, file, formOf, listOf, oneOf, sidesOf, size, text, whole, wrongField } from "../shared/images-double.mjs";

const FIELDS = {
    prompt: text, n: whole(1, 8), size: size({ min: 64, max: 2048, step: 8 }), output_format: oneOf("png", "jpeg", "webp"),
    output_compression: whole(0, 100),
};
const EDIT = { ...FIELDS, output_format: oneOf("png", "jpeg"), "image[]": listOf(file), image: file, mask: file };
const OWN = ["seed", "negative_prompt", "sample_params", "strength", "clip_skip", "lora", "hires"];
const TAG = /<sd_cpp_extra_args>(.*?)<\/sd_cpp_extra_args>/;

const failure = (status, error) => ({ status, body: { error } });

// The fields of its own API in a prompt, or undefined when they are no good.
function ownOf(prompt) {
    try {
        const own = JSON.parse(TAG.exec(prompt)?.[1] ?? "{}");
        return Object.keys(own).every((name) => OWN.includes(name)) && Number.isInteger(own.seed ?? 42) ? own : undefined;
    } catch {
        return undefined;
    }
}

function judgeFields(call, isEdit) {
    const asked = isEdit ? formOf(call, ["image[]"]) : bodyOf(call);
    call.asked = asked;
    if (!asked) {
        return failure(400, isEdit ? "Content-Type must be multipart/form-data" : "empty body");
    }
    const wrong = wrongField(isEdit ? EDIT : FIELDS, ["prompt"], asked);
    if (wrong) {
        return failure(400, wrong.reason === "missing" ? "prompt required" : `invalid ${wrong.name}`);
    }
    if (isEdit && !asked["image[]"] && !asked.image) {
        return failure(400, "at least one image[] required");
    }
    call.own = ownOf(asked.prompt);
    return call.own ? null : failure(400, "invalid sd_cpp_extra_args");
}

function judge(call) {
    const [, endpoint] = /^\/v1\/images\/(generations|edits)$/.exec(call.path) ?? [];
    return endpoint && call.method === "POST" ? judgeFields(call, endpoint === "edits") : { status: 404, body: "" };
}

function sides({ size: shape, image, "image[]": images }) {
    return shape || !(image ?? images) ? sidesOf(shape, 512) : readPicture((image ?? images[0]).bytes);
}

function draw(call, { pictureBytes }) {
    const { seed = 42 } = call.own;
    const { n = 1, output_format: format = "png" } = call.asked;
    const { width, height } = sides(call.asked);
    const data = drawn({ to: call.to, number: seed < 0 ? Math.floor(Date.now() / 1000) : seed }, n, { width, height, format, pictureBytes })
        .map(({ base64 }) => ({ b64_json: base64 }));
    return { status: 200, body: { created: 1795392000, output_format: format, data } };
}

// options: pictureBytes (of each picture, at least), delay, port. It wants no key.
export function start({ pictureBytes = 6000, keys: _, files: __, ...rest } = {}) {
    return startDouble({ name: "sdcpp", judge, draw: (call) => draw(call, { pictureBytes }), ...rest });
}

await runFromCommandLine(import.meta.url, start);
