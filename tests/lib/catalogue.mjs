// catalogue.mjs - what can each image model do, as its maker documents it?
//
// The upstream doubles judge and draw by these tables. Written down apart from
// scripts/models.lua on purpose: a mistake there must not hide behind the same
// mistake here.
// SPDX-License-Identifier: MIT

const TEN = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
const FOURTEEN = ["1:1", "1:4", "1:8", "2:3", "3:2", "3:4", "4:1", "4:3", "4:5", "5:4", "8:1", "9:16", "16:9", "21:9"];

// Pixels at 1K; the other tiers halve or double them.
const PIXELS = {
    "1:1": [1024, 1024], "1:4": [512, 2048], "1:8": [384, 3072], "2:3": [848, 1264], "3:2": [1264, 848],
    "3:4": [896, 1200], "4:1": [2048, 512], "4:3": [1200, 896], "4:5": [928, 1152], "5:4": [1152, 928],
    "8:1": [3072, 384], "9:16": [768, 1376], "16:9": [1376, 768], "21:9": [1584, 672],
};
const SCALE = { 512: 0.5, "1K": 1, "2K": 2, "4K": 4 };

// thinking: the levels that thinkingLevel may name; inputs: pictures to start from; tokens: of one picture, by tier.
export const geminiModels = {
    "gemini-3-pro-image": {
        ratios: TEN, tiers: ["1K", "2K", "4K"], search: true, thinking: [], thoughts: 137, mime: "image/jpeg",
        inputs: 14, tokens: { "1K": 1120, "2K": 1120, "4K": 2000 },
    },
    "gemini-nano-banana-2.1": {
        ratios: FOURTEEN, tiers: ["1K", "2K", "4K"], search: true, thinking: ["MINIMAL", "MEDIUM", "HIGH"],
        thoughts: 90, mime: "image/jpeg", inputs: 14, tokens: { "1K": 1120, "2K": 1680, "4K": 2520 },
    },
    "gemini-3.1-flash-lite-image": {
        ratios: FOURTEEN, tiers: ["1K"], search: false, thinking: ["MINIMAL", "HIGH"], thoughts: 0, mime: "image/png",
        inputs: 14, tokens: { "1K": 1120 },
    },
};

// Shut down by Google, yet routers still resell some: the chat double serves these too.
export const resoldModels = {
    ...geminiModels,
    "gemini-3.1-flash-image": {
        ratios: FOURTEEN, tiers: ["512", "1K", "2K", "4K"], search: true, thinking: ["MINIMAL", "HIGH"], thoughts: 0,
        mime: "image/jpeg", inputs: 14, tokens: { 512: 747, "1K": 1120, "2K": 1680, "4K": 2520 },
    },
};

// { width, height } of a picture by ratio and tier, both as the API names them.
export function geminiPixels(ratio = "1:1", tier = "1K") {
    const [width, height] = PIXELS[ratio].map((side) => side * SCALE[tier]);
    return { width, height };
}

// Tokens of a text, roughly as a tokenizer counts: enough to see that they arrive.
export function textTokens(text) {
    return Math.ceil(text.length / 4);
}

// Tokens of one picture of 1024x1024; other sizes by their pixels, but for the two that the price list names.
const TOKENS = { low: 196, medium: 1767, high: 7024, xhigh: 10536, max: 14048 };
const OBLONG = { low: 158, medium: 1372, high: 5488, xhigh: 8232, max: 10976 };

const THREE = ["1024x1024", "1536x1024", "1024x1536"];
const WORDS = ["low", "medium", "high"];

// sizes: the only ones, or any by rule; fidelity: the words that input_fidelity may be; complexity: has it that parameter?
const first = { sizes: THREE, qualities: WORDS, transparent: true, fidelity: ["low", "high"] };
const third = { sizes: null, qualities: [...WORDS, "xhigh", "max"], transparent: true, fidelity: [] };

export const openaiModels = {
    "gpt-image-1-mini": { ...first, fidelity: ["low"] },
    "gpt-image-1.5": first,
    "gpt-image-2": { sizes: null, qualities: WORDS, transparent: false, fidelity: [] },
    "gpt-image-2.5-sunburst": third,
    "gpt-image-2.5-flare": third,
    "gpt-image-2.6-sunburst": { ...third, complexity: true },
    "gpt-image-2.6-flare": { ...third, complexity: true },
};

export function openaiTokens(width, height, quality) {
    const oblong = width !== height && THREE.includes(`${width}x${height}`);
    return oblong ? OBLONG[quality] : Math.round(TOKENS[quality] * width * height / 1024 ** 2);
}
