// double.mjs - what would LocalAI say to this call?
//
// A double of POST /v1/images/generations. It refuses what the real one refuses, and is
// stricter than that with sizes and with fields that it does not know; otherwise it draws n PNGs that
// all have the one seed, and so are the same if there is one.
//
//     node modules/localai/double.mjs --port 0 --delay 2000
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import {
    base64, bodyOf, drawn, keyTrouble, listOf, number, oneOf, sidesOf, size, text, whole, wrongField,
} from "../shared/images-double.mjs";

const FIELDS = {
    model: text, prompt: text, n: whole(1, 10), size: size({ min: 64, max: 2048, step: 64 }), seed: whole(), step: whole(1, 150),
    response_format: oneOf("b64_json", "url"), file: base64, files: listOf(base64), ref_images: listOf(base64), quality: text,
    clip_skip: whole(), cfg_scale: number,
};
const MODELS = ["flux.1-dev-ggml", "dreamshaper", "someone/new"];

const failure = (status, message, type = "invalid_request_error") => ({ status, body: { error: { code: status, message, type } } });

function judge(call, keys) {
    if (call.path !== "/v1/images/generations" || call.method !== "POST") {
        return failure(404, "Resource not found", "");
    }
    if (keyTrouble(call, keys) === "wrong") {
        return failure(401, "An authentication key is required");
    }
    const asked = bodyOf(call);
    const wrong = asked ? wrongField(FIELDS, ["prompt"], asked) : { name: "body", reason: "invalid" };
    if (wrong) {
        return failure(500, wrong.name === "size" ? "invalid value for 'size'" : `${wrong.reason} field: ${wrong.name}`, "");
    }
    return MODELS.includes(asked.model) ? null
        : failure(404, `model "${asked.model}" not found. To see available models, call GET /v1/models`);
}

function draw(call, { pictureBytes }) {
    const { n = 1, seed, size: shape, response_format: kind = "url" } = call.json;
    const data = Array.from({ length: n }, (_, i) => {
        const [one] = drawn({ to: call.to, number: seed ?? call.number * 100 + i }, 1, { ...sidesOf(shape, 512), pictureBytes });
        return kind === "b64_json" ? { b64_json: one.base64 } : { url: `http://${call.headers.host}/generated-images/b64${i}.png` };
    });
    return {
        status: 200,
        body: {
            created: 1795392000, id: `double-${call.number}`, data,
            usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, input_tokens_details: { text_tokens: 0, image_tokens: 0 } },
        },
    };
}

// options: keys (the API keys that are good), pictureBytes (of each picture, at least), delay, port.
export function start({ keys = ["test-key"], pictureBytes = 6000, files: _, ...rest } = {}) {
    return startDouble({ name: "localai", judge: (call) => judge(call, keys), draw: (call) => draw(call, { pictureBytes }), ...rest });
}

await runFromCommandLine(import.meta.url, start);
