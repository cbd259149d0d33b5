// form.mjs - does every file look like its neighbours?
//
// Rules as in layers.mjs: { name, find(tree), broken, found }. A rule whose tool is
// not on this machine finds { skip: why }.
// SPDX-License-Identifier: MIT

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { base, code, matches } from "./tree.mjs";

const LINES_MAX = 60;
const UNFINISHED = new RegExp(`\\b(TO${"DO"}|FIX${"ME"}|XX${"X"})\\b`);
const SOURCES = /^(core|scripts|modules|tests|examples)\/.*\.(c|h|lua|mjs)$|^premake5\.lua$/;

const TOP_LEVEL = ["core", "scripts", "modules", "tests", "examples", "premake5.lua", "README.md", "LICENSE", "CHANGELOG.md"];
const BY_OTHERS = new Set(["build", "node_modules"]);     // made by building and testing, never committed

function topLevel(tree) {
    const there = readdirSync(tree.root).filter((name) => !name.startsWith(".") && !BY_OTHERS.has(name)).sort();
    return [
        ...there.filter((name) => !TOP_LEVEL.includes(name)).map((name) => `${name}: not in the list`),
        ...TOP_LEVEL.filter((name) => !there.includes(name)).map((name) => `${name}: not there`),
    ];
}

function headless(tree) {
    return tree.some(SOURCES).filter((path) => {
        const start = path.endsWith(".lua") ? "-- " : path.endsWith(".mjs") ? "// " : "/* ";
        return !tree.read(path).startsWith(`${start}${base(path)} - `);
    }).map((path) => `${path}:1: ${tree.read(path).split("\n")[0].slice(0, 60)}`);
}

// ---- long functions -----------------------------------------------------------------

// A function's braces stand at the margin, or its last line does.
function functionsOfC(text) {
    const found = [];
    let start = 0;
    text.split("\n").forEach((line, i) => {
        if (/^\{\s*$/.test(line) || /^\w.*\)\s*\{\s*$/.test(line)) {
            start = i + 1;
        } else if (start && /^\}/.test(line)) {
            found.push({ line: start, lines: i + 2 - start });
            start = 0;
        }
    });
    return found;
}

function functionsOfLua(text) {
    const found = [];
    const open = [];
    for (const match of text.matchAll(/(?<![\w.:])(function|do|if|repeat|end|until)(?!\w)/g)) {
        const line = text.slice(0, match.index).split("\n").length;
        if (match[1] !== "end" && match[1] !== "until") {
            open.push({ word: match[1], line });
            continue;
        }
        const begin = open.pop();
        if (begin?.word === "function") {
            found.push({ line: begin.line, lines: line + 1 - begin.line });
        }
    }
    return found;
}

function longFunctions(tree) {
    return tree.some(SOURCES).filter((path) => !path.endsWith(".mjs")).flatMap((path) => {
        const functions = path.endsWith(".lua") ? functionsOfLua : functionsOfC;
        return functions(code(tree, path)).filter(({ lines }) => lines > LINES_MAX)
            .map(({ line, lines }) => `${path}:${line}: ${lines} lines`);
    });
}

// ---- luacheck -----------------------------------------------------------------------

function luacheck(tree) {
    const files = tree.some(/\.lua$/);
    const config = tree.has(".luacheckrc") ? [] : ["--std", "lua54"];
    const run = spawnSync("luacheck", ["--no-color", "--formatter", "plain", "--codes", ...config, ...files],
        { cwd: tree.root, encoding: "utf8" });
    if (run.error) {
        return { skip: "luacheck is not installed" };
    }
    return run.stdout.split("\n").filter((line) => /^\S+\.lua:\d+/.test(line));
}

const long = (lines) => "    x()\n".repeat(lines);

export const form = [
    {
        name: "the top level is exactly what the plan says",
        find: topLevel,
        broken: {
            ...Object.fromEntries(["core/x", "scripts/x", "modules/x", "tests/x", "premake5.lua", "README.md", "LICENSE", "CHANGELOG.md"].map((path) => [path, ""])),
            ".ci/run": "", "build/x": "", "docs/x": "",
        },
        found: ["docs: not in the list", "examples: not there"],
    },
    {
        name: "a file begins with a comment that names it",
        find: headless,
        broken: {
            "core/a.c": "/* a.c - is it one? */\n", "core/b.h": "/* a.h - copied */\n", "core/lua/c.lua": "-- c.lua - good\n",
            "modules/x/x.lua": "local x\n", "tests/x/run.mjs": "// run.mjs - good\n", "README.md": "",
        },
        found: ["core/b.h:1", "modules/x/x.lua:1"],
    },
    {
        name: `no function has more than ${LINES_MAX} lines`,
        find: longFunctions,
        broken: {
            "core/a.c": `int a(void)\n{\n${long(58)}}\n\nint b(void)\n{\n${long(59)}}\n`,
            "core/lua/a.lua": `local function a()\n${long(58)}end\nlocal function b()\n  if x then\n    for i = 1, 2 do y("end") end\n  end\n${long(56)}end\n`,
        },
        found: ["core/a.c:64: 61 lines", "core/lua/a.lua:61: 61 lines"],
    },
    {
        name: "nothing is left for later in the code",
        find: (tree) => tree.files.filter((path) => !/\.(png|jpe?g|webp)$/.test(path)).flatMap((path) => matches(path, tree.read(path), UNFINISHED)),
        broken: { "core/a.c": `/* TO${"DO"}: rest */\n/* todos */\n`, "README.md": `FIX${"ME"}\n` },
        found: ["README.md:1", "core/a.c:1"],
    },
    {
        name: "luacheck has nothing to say",
        find: luacheck,
        broken: { "core/lua/a.lua": "local unused = 1\nreturn undefined_name\n" },
        found: ["core/lua/a.lua:1:7", "core/lua/a.lua:2:8"],
    },
];
