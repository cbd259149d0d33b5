// shapes.mjs - which shapes does each API take, as its documentation says?
//
// Written down apart from scripts/models.lua, so that a slip there is seen here. As of
// 2026-11-23. A shape is one of
//
//     { ratios }                      "16:9" …, or any between { from, to }
//     { sizes }                       "1024x1024" …
//     { step, min, max, ratio, area } pixels: multiples, of a side at least and at most, so many to one, [least, most]
//
// SPDX-License-Identifier: MIT

const list = (text) => text.split(" ");
const TEN = list("1:1 2:3 3:2 3:4 4:3 4:5 5:4 9:16 16:9 21:9");
const FOURTEEN = [...TEN, ...list("1:4 4:1 1:8 8:1")];
const MEGA = 1048576;
const GPT = { step: 16, min: 16, max: 3840, ratio: 3, area: [655360, 8294400] };
const STABLE = list("21:9 16:9 3:2 5:4 1:1 4:5 2:3 9:16 9:21");

// kind of provider, pattern of ids, shape. The first that fits counts.
const SHAPES = [
    [/^gemini$/, /^gemini-3-pro-image$/, { ratios: TEN }],
    [/^gemini$/, /^gemini-(nano-banana-2\.1|3\.1-flash-lite-image)$/, { ratios: FOURTEEN }],
    [/^openai$/, /^(gpt-image-1|chatgpt-image)/, { sizes: list("1024x1024 1536x1024 1024x1536") }],
    [/^openai$/, /^gpt-image-2/, GPT],
    [/^xai$/, /^grok-imagine/, { ratios: list("1:1 3:4 4:3 9:16 16:9 2:3 3:2 9:19.5 19.5:9 9:20 20:9 1:2 2:1") }],
    [/^bfl$/, /^flux-3-image$/, { ratios: list("21:9 2:1 16:9 3:2 7:5 4:3 5:4 1:1 4:5 3:4 5:7 2:3 9:16 1:2 9:21") }],
    [/^bfl$/, /^flux-2-/, { step: 16, min: 64, max: 2048, area: [4096, 4 * MEGA] }],
    [/^bfl$/, /^flux-kontext/, { ratios: { from: "3:7", to: "7:3" } }],
    [/^bfl$/, /^flux-pro-1\.1-ultra/, { ratios: { from: "9:21", to: "21:9" } }],
    [/^bfl$/, /^flux-(pro|dev)/, { step: 32, min: 256, max: 1440 }],
    [/^stability$|^bedrock$/, /stable-image-(ultra|core)|sd3/, { ratios: STABLE }],
    [/^bedrock$/, /^amazon\./, { step: 16, min: 320, max: 4096, ratio: 4, area: [102400, 4194303] }],
    [/^fireworks$/, /flux-1/, { ratios: list("1:1 2:3 3:2 4:5 5:4 16:9 9:16 9:21 21:9") }],
    [/^dashscope$/, /^qwen-image(-plus|-max)?$/, { sizes: list("1664x928 1472x1104 1328x1328 1104x1472 928x1664") }],
    [/^dashscope$/, /^qwen-image-edit-(plus|max)/, { min: 512, max: 2048 }],
    [/^dashscope$/, /^qwen-image-[23]/, { ratio: 8, area: [262144, 4194304] }],
    [/^dashscope$/, /^wan2\.7-image-pro/, { ratio: 8, area: [768 * 768, 4096 * 4096] }],
    [/^dashscope$/, /^wan2\.7-image/, { ratio: 8, area: [768 * 768, 2048 * 2048] }],
    [/^dashscope$/, /^z-image/, { area: [262144, 4194304] }],
    [/^ark$/, /seedream-5-0-(pro|flash)/, { ratio: 16, area: [921600, 4624220] }],
    [/^ark$/, /seedream-(5-0|4-5)/, { ratio: 16, area: [3686400, 16777216] }],
    [/^ark$/, /seedream-4-0/, { ratio: 16, area: [921600, 16777216] }],
    [/^zai$/, /^glm-image/, { step: 32, min: 1024, max: 2048, area: [MEGA, 4 * MEGA] }],
    [/^zai$/, /^cogview/, { step: 16, min: 512, max: 2048, area: [262144, 2 * MEGA] }],
    [/^deepinfra$/, /./, { step: 32, min: 256, max: 1440 }],
];

// The shape of a provider's model; undefined: nothing is written down.
export function shapeOf(kind, id) {
    return SHAPES.find(([kinds, ids]) => kinds.test(kind) && ids.test(id))?.[2];
}

// Clients say whole numbers: 39:18 for 19.5:9.
const whole = (ratio) => ratio.includes(".") ? ratio.split(":").map((side) => 2 * side).join(":") : ratio;

// Every ratio that any of them has.
export const RATIOS = [...new Set([
    ...FOURTEEN, ...STABLE, ...list("7:5 5:7 1:2 2:1 9:19.5 19.5:9 9:20 20:9 3:7 7:3 1:16 16:1"),
])].map(whole);
