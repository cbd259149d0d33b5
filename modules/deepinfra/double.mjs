// double.mjs - what would DeepInfra's form of OpenAI's image API say to this call?
//
// A double of POST /v1/openai/images/generations and /edits. It refuses what the real
// one refuses, and otherwise draws n JPEGs of the size asked for.
//
//     node modules/deepinfra/double.mjs --port 0 --delay 2000
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { readPicture } from "../../tests/lib/picture.mjs";
import {
    bodyOf, drawn, file, formOf, keyTrouble, listOf, oneOf, sidesOf, size, text, whole, wrongField,
} from "../shared/images-double.mjs";

const FIELDS = {
    model: text, prompt: text, n: whole(1, 4), size: size({ min: 256, max: 1440, step: 32 }), response_format: oneOf("b64_json"),
    user: text,
};
const EDIT = { ...FIELDS, image: listOf(file), mask: file };
const FLUX = ["1-schnell", "1-dev", "1.1-pro", "pro", "2-klein-4b", "2-dev", "2-max"].map((name) => `black-forest-labs/FLUX-${name}`);
const MODELS = [...FLUX, "Qwen/Qwen-Image-Edit", "Bria/fibo_edit", "someone/new"];

const failure = (status, message) => ({ status, body: { error: { message } } });

// FastAPI's own, for what is not of the right shape
const unreadable = ({ name, reason }) => ({
    status: 422, body: { detail: [{ loc: ["body", name], msg: `${reason}: ${name}`, type: `value_error.${reason}` }] },
});

function judgeMask({ image, mask }) {
    if (!mask) {
        return null;
    }
    const [first, found] = [readPicture(image[0].bytes), readPicture(mask.bytes)];
    const fits = found.type === "png" && found.alpha && found.width === first.width && found.height === first.height;
    return fits ? null : failure(400, "mask: expected a PNG with transparency, as large as the image");
}

function judge(call, keys) {
    const [, endpoint] = /^\/v1\/openai\/images\/(generations|edits)$/.exec(call.path) ?? [];
    if (!endpoint || call.method !== "POST") {
        return { status: 404, body: { detail: "Not Found" } };
    }
    if (keyTrouble(call, keys)) {
        return { status: 401, body: { detail: { error: "Authentication error" } } };
    }
    const isEdit = endpoint === "edits";
    const asked = isEdit ? formOf(call, ["image"]) : bodyOf(call);
    call.asked = asked;
    const wrong = asked ? wrongField(isEdit ? EDIT : FIELDS, isEdit ? ["model", "prompt", "image"] : ["model", "prompt"], asked)
        : { name: "body", reason: "invalid" };
    if (wrong) {
        return unreadable(wrong);
    }
    return MODELS.includes(asked.model) ? judgeMask(asked) : failure(404, `The model \`${asked.model}\` does not exist.`);
}

function draw(call, { pictureBytes }) {
    const { n = 1, prompt, size: shape } = call.asked;
    const data = drawn(call, n, { ...sidesOf(shape), format: "jpeg", pictureBytes })
        .map(({ base64 }) => ({ b64_json: base64, revised_prompt: call.asked.image ? null : prompt }));
    return { status: 200, body: { created: 1795392000, data } };
}

// options: keys (the API keys that are good), pictureBytes (of each picture, at least), delay, port.
export function start({ keys = ["test-key"], pictureBytes = 6000, files: _, ...rest } = {}) {
    return startDouble({ name: "deepinfra", judge: (call) => judge(call, keys), draw: (call) => draw(call, { pictureBytes }), ...rest });
}

await runFromCommandLine(import.meta.url, start);
