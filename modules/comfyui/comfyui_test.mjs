// comfyui_test.mjs - is a wrong workflow refused at start, is a right one left as it is, and do the examples draw?
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finish, test } from "../../tests/lib/harness.mjs";
import { send } from "../../tests/lib/http.mjs";
import { makePicture } from "../../tests/lib/picture.mjs";
import { binary, root, startPictor } from "../../tests/lib/pictor.mjs";
import { start } from "./double.mjs";

const folder = mkdtempSync(join(tmpdir(), "pictor-comfyui-"));
const examples = join(root, "examples/providers");

function check(file, env = {}) {
    const ran = spawnSync(binary, ["check", "-c", file], { encoding: "utf8", env: { ...process.env, PICTOR_HOME: root, ...env } });
    return { code: ran.status, text: ran.stdout + ran.stderr };
}

// ---- at start -------------------------------------------------------------------------

const node = (text) => `{"2": {"class_type": "CLIPTextEncode", "inputs": {"text": "${text}"}}}`;
const lua = (text) => `[==[${text}]==]`;
const EXPECTED = "expected a workflow as text, such as file \"flow.json\", got";

// what stands in workflows = { … } and behind it -> the message that names the fault
const BROKEN = [
    ["flow = 7", `workflows.flow: ${EXPECTED} 7`],
    ["flow = file \"flow.json\"", "workflows: expected at least one, got none"],
    ["flow = {}", `workflows.flow.text: ${EXPECTED} nil`],
    ["flow = { text = file \"flow.json\" }", `workflows.flow.text: ${EXPECTED} nil (flow.json: No such file or directory)`],
    ["flow = \"{\"", "workflows.flow: expected a workflow as JSON, got "],
    ["flow = \"7\"", "workflows.flow: expected a workflow as JSON, got \"7\""],
    ["flow = \"{}\"", "workflows.flow: expected nodes, got none"],
    [`flow = ${lua("{\"nodes\": [], \"links\": [], \"version\": 0.4}")}`,
        "workflows.flow: expected it in API format (in the editor: Export (API)), got it as the editor keeps it"],
    [`flow = ${lua("{\"2\": {\"inputs\": {}}}")}`, "workflows.flow: expected nodes with a class_type, got none in \"2\""],
    [`flow = ${lua("[null]")}`, "workflows.flow: expected nodes with a class_type, got none in 1"],
    [`flow = ${lua(node("a fox"))}`, "workflows.flow: expected %prompt% in it, got none"],
    [`flow = ${lua(node("%prompt% %promt%"))}`, "workflows.flow: expected holes of which modules/comfyui/README.md has a row, got %promt%"],
    [`flow = ${lua(node("%prompt% %width%"))}`, "workflows.flow: expected %width% and %height%, or neither, got one of them"],
    [`flow = ${lua(node("%prompt% %image% %image_3%"))}`,
        "workflows.flow: expected %image%, %image_2% and so on without a gap, got others"],
    [`flow = ${lua(node("%prompt% %mask%"))}`, "workflows.flow: expected %image% and %mask% in a workflow for masks, got others"],
    [`["a-b"] = { text = ${lua(node("%prompt% %image%"))} }`,
        "workflows.a-b.text: expected neither %image% nor %mask% in a workflow for words alone, got others"],
    [`flow = { edit = ${lua(node("%prompt%"))} }`,
        "workflows.flow.edit: expected %image% and no %mask% in a workflow for edits, got others"],
    [`flow = { text = ${lua(node("%prompt%"))}, size = "big" }`,
        "workflows.flow.size: expected WIDTHxHEIGHT such as 1024x1024, got \"big\""],
    [`flow = { txt = ${lua(node("%prompt%"))}, text = ${lua(node("%prompt%"))} }`,
        "workflows.flow.txt: expected one of text, edit, inpaint, size, got an unknown field"],
    [`flow = ${lua(node("%prompt%"))} }, models = { "flow", "other"`, `workflows.other: ${EXPECTED} nil`],
    [`flow = ${lua(node("%prompt%"))} }, models = { a = "flow", b = "c"`, `workflows.c: ${EXPECTED} nil`],
    [`flow = ${lua(node("%prompt%"))} }, size = "1024", models = { "flow"`, "size: expected WIDTHxHEIGHT such as 1024x1024, got \"1024\""],
];

for (const [workflows, message] of BROKEN) {
    await test(`${workflows.slice(0, 60)} is refused by name`, () => {
        const file = join(folder, "pictor.lua");
        writeFileSync(file, `return { providers = { comfy = { kind = "comfyui",\nworkflows = { ${workflows} } } } }`);
        const { code, text } = check(file);
        assert.equal(code, 1, text);
        assert.ok(text.includes(`providers.comfy.${message}`), text);
    });
}

await test("holes of the server's own and escaped ones are left alone", () => {
    const file = join(folder, "pictor.lua");
    writeFileSync(file, `return { providers = { comfy = { kind = "comfyui", models = { "flow", "x-" }, workflows = { flow =
        ${lua(node("%prompt% %year%-%month%-%day% %date:yyyy% 5\\u0025of\\u0025 100%, 5%"))} } } } }`);
    const { code, text } = check(file);
    assert.equal(code, 0, text);
});

await test("the example is good, and does not start without a key", () => {
    const { code: good, text: words } = check(join(examples, "comfyui.lua"), { PICTOR_KEY: "test-key" });
    assert.equal(good, 0, words);
    const { code, text } = check(join(examples, "comfyui.lua"), { PICTOR_KEY: "" });
    assert.equal(code, 1);
    assert.match(text, /is PICTOR_KEY set\?/);
});

// ---- the examples ---------------------------------------------------------------------

const double = await start();
const flow = (name) => lua(readFileSync(join(examples, "comfyui", name), "utf8"));
const pictor = await startPictor({
    config: `return {
        listen = "$LISTEN",
        keys = { { name = "test", key = "test-key" } },
        providers = { comfy = { kind = "comfyui", base_url = "${double.url}", models = { "sdxl", "exact" }, workflows = {
            sdxl = { text = ${flow("sdxl.json")}, edit = ${flow("sdxl-edit.json")}, inpaint = ${flow("sdxl-inpaint.json")} },
            exact = ${lua(node("%prompt%").replace("}}}", ", \"a\": [], \"b\": {}, \"c\": null, \"d\": 18446744073709551615, \"e\": 1.0,"
        + " \"f\": \"\\\"%seed%\\\"\", \"g\": \"%seed%\\\"\"}}}"))},
        } } },
        limits = { in_flight = 16 },
    }`,
});

function ask(path, body) {
    const bytes = Buffer.from(JSON.stringify({ model: "sdxl", ...body }));
    return send(pictor.url, { method: "POST", path, headers: [], body: bytes });
}

const link = (type) => ({ image_url: `data:image/png;base64,${makePicture(type, { width: 96, height: 64 }).toString("base64")}` });

for (const [name, path, body, size] of [
    ["sdxl.json", "/v1/images/generations", { n: 2, size: "512x768" }, "512x768"],
    ["sdxl-edit.json", "/v1/images/edits", { images: [link("png")] }, "1248x832"],
    ["sdxl-inpaint.json", "/v1/images/edits", { images: [link("png")], mask: link("mask") }, "96x64"],
]) {
    await test(`examples/providers/comfyui/${name} draws`, async () => {
        const reply = await ask(path, { prompt: "a fox", ...body });
        assert.equal(reply.status, 200, reply.text.slice(0, 300));
        assert.equal(reply.json.size, size);
        assert.equal(reply.json.data.length, body.n ?? 1);
    });
}

await test("a workflow stays as it is, to the last digit", async () => {
    await ask("/v1/images/generations", { model: "exact", prompt: "a \"fox\"\n%seed%", seed: 7 });
    const sent = double.calls.at(-1).bytes.toString("utf8");
    assert.ok(sent.includes("\"text\": \"a \\\"fox\\\"\\n%seed%\", \"a\": [], \"b\": {}, \"c\": null, \"d\": 18446744073709551615,"
        + " \"e\": 1.0, \"f\": \"\\\"7\\\"\", \"g\": \"7\\\"\""), sent);
});

await test("two that ask for the same get seeds of their own", async () => {
    double.reset();
    await ask("/v1/images/generations", { prompt: "a fox", size: "64x64", n: 5 });
    const seeds = double.calls.filter(({ json }) => json?.prompt).map(({ json }) => json.prompt["5"].inputs.seed);
    assert.equal(seeds.length, 2);
    assert.notEqual(seeds[0], seeds[1]);
    assert.ok(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31), String(seeds));
});

await test("pictor ends well", () => pictor.stop());
await double.stop();
rmSync(folder, { recursive: true, force: true });
finish();
