// gemini-fields.mjs - which fields has a generateContent request, and of which type?
//
// The request message as the API documents it. Google refuses any name that is not
// in it, at any depth, and so does violations(). Both spellings of a name are good
// (imageConfig, image_config), as proto-JSON has it.
// SPDX-License-Identifier: MIT

const blob = { mimeType: "STRING", data: "BYTES" };
const part = {
    text: "STRING", inlineData: blob, fileData: { mimeType: "STRING", fileUri: "STRING" },
    thought: "BOOL", thoughtSignature: "BYTES", mediaResolution: "ANY", videoMetadata: "ANY",
    functionCall: "ANY", functionResponse: "ANY", executableCode: "ANY", codeExecutionResult: "ANY",
};
const content = { role: ["user", "model"], parts: [part] };

const categories = ["HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT", "CIVIC_INTEGRITY"];
const thresholds = ["BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"];

// A type: a name; a list of one object (repeated); a list of texts (an enum); an object (a message).
export const generateContent = {
    model: "STRING",
    contents: [content],
    systemInstruction: content,
    tools: [{ googleSearch: "ANY", functionDeclarations: "ANY", codeExecution: "ANY", urlContext: "ANY" }],
    toolConfig: "ANY",
    safetySettings: [{ category: categories.map((name) => `HARM_CATEGORY_${name}`), threshold: thresholds }],
    cachedContent: "STRING",
    serviceTier: "STRING",
    generationConfig: {
        responseModalities: [{ enum: ["TEXT", "IMAGE", "AUDIO"] }],
        imageConfig: { aspectRatio: "STRING", imageSize: "STRING" },
        thinkingConfig: {
            thinkingLevel: ["MINIMAL", "LOW", "MEDIUM", "HIGH"], includeThoughts: "BOOL", thinkingBudget: "INT32",
        },
        candidateCount: "INT32", maxOutputTokens: "INT32", topK: "INT32", seed: "INT32",
        temperature: "FLOAT", topP: "FLOAT", presencePenalty: "FLOAT", frequencyPenalty: "FLOAT",
        stopSequences: [{ type: "STRING" }],
        responseMimeType: "STRING", responseSchema: "ANY", responseJsonSchema: "ANY",
        responseLogprobs: "BOOL", logprobs: "INT32", enableEnhancedCivicAnswers: "BOOL",
        speechConfig: "ANY", mediaResolution: "STRING",
    },
};

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const scalars = {
    ANY: () => true,
    STRING: (value) => typeof value === "string",
    BYTES: (value) => typeof value === "string",
    BOOL: (value) => typeof value === "boolean",
    FLOAT: (value) => typeof value === "number",
    INT32: (value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31,
};

function wrongValue(path, type, value) {
    const shown = JSON.stringify(value) ?? "nothing";
    return [{ field: path, description: `Invalid value at '${path}' (${type}), ${shown.slice(0, 80)}` }];
}

function scalarViolations(type, value, path) {
    return scalars[type](value) ? [] : wrongValue(path, `TYPE_${type}`, value);
}

function enumViolations(words, value, path) {
    return words.includes(value) ? [] : wrongValue(path, "TYPE_ENUM", value);
}

function listViolations(item, value, path) {
    if (!Array.isArray(value)) {
        return wrongValue(path, "a list", value);
    }
    const type = item.enum ?? item.type ?? item;
    return value.flatMap((one, i) => violations(type, one, `${path}[${i}]`));
}

function messageViolations(fields, value, path) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
        return wrongValue(path, "a message", value);
    }
    return Object.entries(value).flatMap(([name, inner]) => {
        const known = Object.keys(fields).find((one) => one === name || snake(one) === name);
        if (known === undefined) {
            const where = path ? ` at '${path}'` : "";
            const description = `Invalid JSON payload received. Unknown name "${name}"${where}: Cannot find field.`;
            return [{ ...(path && { field: path }), description }];
        }
        return violations(fields[known], inner, path ? `${path}.${snake(known)}` : snake(known));
    });
}

// All that is wrong with value, as Google's BadRequest.fieldViolations; [] when it is right.
export function violations(type, value, path = "") {
    if (typeof type === "string") {
        return scalarViolations(type, value, path);
    }
    if (!Array.isArray(type)) {
        return messageViolations(type, value, path);
    }
    return typeof type[0] === "string" ? enumViolations(type, value, path) : listViolations(type[0], value, path);
}
