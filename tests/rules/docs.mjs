// docs.mjs - does the documentation speak of what is there, and of all of it?
//
// Rules as in layers.mjs: { name, find(tree), broken, found }.
// SPDX-License-Identifier: MIT

import { posix } from "node:path";
import { base, code, foldersOf } from "./tree.mjs";

const READMES = /(^|\/)README\.md$/;
const FOLDERS = ["core", "scripts", "modules", "tests", "examples", ".ci"];

// ---- paths ------------------------------------------------------------------------

// {a,b} -> a and b. Of a path with a name to be filled in, the folder that it is in.
function expand(path) {
    const brace = /\{([^{}]*)\}/.exec(path);
    if (brace) {
        return brace[1].split(",").flatMap((one) => expand(path.replace(brace[0], one)));
    }
    const gap = /(?<![A-Za-z])(NAME|KIND|FOLDER|FILE)(?![A-Za-z])/.exec(path);
    return [gap ? path.slice(0, gap.index).replace(/[^/]*$/, "") : path];
}

function exists(tree, path) {
    const clean = posix.normalize(path).replace(/^\.\//, "").replace(/\/$/, "");
    if (!clean.includes("*")) {
        return path.endsWith("/") ? tree.isFolder(clean) : tree.has(clean);
    }
    const pattern = clean.replace(/[.+?^$()|[\]\\]/g, "\\$&").replace(/\*+/g, (stars) => stars.length > 1 ? ".*" : "[^/]*");
    return tree.some(new RegExp(`^${pattern}(/|$)`)).length > 0;
}

// Every path that a README names, with the places where it may be.
function named(tree, readme) {
    const text = tree.read(readme);
    const here = posix.dirname(readme);
    const anywhere = (name) => [`${here}/${name}`, name, ...tree.files.filter((path) => base(path) === name)];
    const inside = foldersOf({ files: tree.files.map((path) => posix.relative(here, path)).map((path) => `./${path}`) }, ".");
    const first = (name) => name.split("/")[0];
    return [
        ...[...text.matchAll(/(?<![\w./:~$<>-])[\w.-]+\/[\w.\-*{},/]*/g)].map((match) => match[0].replace(/[.,;:]+$/, ""))
            .filter((path) => FOLDERS.includes(first(path)) || inside.includes(first(path)))
            .map((path) => ({ path, places: FOLDERS.includes(first(path)) ? [path, `${here}/${path}`] : [`${here}/${path}`] })),
        ...[...text.matchAll(/`([\w.*{},-]+\.(?:c|h|lua|mjs|md|sh))`/g)].map((match) => ({ path: match[1], places: anywhere(match[1]) })),
        ...[...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].filter((match) => !/^[a-z]+:/.test(match[1]))
            .map((match) => ({ path: match[1], places: [`${here}/${match[1]}`] })),
    ];
}

function missingPaths(tree) {
    return tree.some(READMES).flatMap((readme) => {
        const gone = named(tree, readme).filter(({ places }) => !places.some((place) => expand(place).every((one) => exists(tree, one))));
        return [...new Set(gone.map(({ path }) => `${readme}: ${path}: no such file`))];
    });
}

// ---- rows -------------------------------------------------------------------------

// All that stands in backticks in the first cells of tables, by its last word: `limits.body` documents body too.
function rows(tree, readmes) {
    const cells = readmes.flatMap((readme) => tree.read(readme).split("\n"))
        .filter((line) => line.startsWith("|")).map((line) => line.split("|").slice(1, 3).join("|"));
    const names = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]));
    return new Set(names.flatMap((name) => [name, name.replace(/[ (=].*$/, ""), name.replace(/[ (=].*$/, "").split(".").at(-1)]));
}

function without(tree, names, what, readme) {
    const there = rows(tree, readme ? [readme] : tree.some(READMES));
    return names.filter((name) => !there.has(name)).map((name) => `${what} ${name}: no row in ${readme ?? "any README.md"}`);
}

function errorCodes(tree) {
    const codes = [...code(tree, "core/errors.h").matchAll(/\bX\(\s*([a-z_]+)\s*,\s*\d+/g)].map((match) => match[1]);
    return without(tree, codes, "error code");
}

// An option is described by a table that begins with its type.
function optionsIn(tree, path) {
    return [...new Set([...code(tree, path).matchAll(/(\w+)\s*=\s*\{\s*type\s*=/g)].map((match) => match[1]))];
}

function options(tree) {
    const ofModules = foldersOf(tree, "modules").flatMap((name) =>
        tree.some(new RegExp(`^modules/${name}/.*\\.lua$`)).flatMap((path) =>
            without(tree, optionsIn(tree, path), `${path}: option`, `modules/${name}/README.md`)));
    return [...without(tree, optionsIn(tree, "core/lua/descriptions.lua"), "pictor.lua: option"), ...ofModules];
}

// The names in the first level of a table whose text begins behind its "{".
function keysOf(text) {
    let depth = 0;
    let level = "";
    for (const letter of text) {
        depth += "{(".includes(letter) ? 1 : "})".includes(letter) ? -1 : 0;
        if (depth < 0) {
            break;
        }
        level += depth === 0 ? letter : " ";
    }
    return [...level.matchAll(/(\w+)\s*=(?!=)/g)].map((match) => match[1]);
}

// What a Lua file puts into its table of that name.
function members(tree, path, table) {
    const text = code(tree, path);
    const start = new RegExp(`^local ${table} = \\{`, "m").exec(text);
    const later = [...text.matchAll(new RegExp(`^(?:function )?${table}[.:](\\w+)\\s*(?:=(?!=)|\\()`, "gm"))].map((match) => match[1]);
    return [...start ? keysOf(text.slice(start.index + start[0].length)) : [], ...later];
}

export const docs = [
    {
        name: "every path that a README names exists",
        find: missingPaths,
        broken: {
            "README.md": "See `core/a.c`, core/*.c, tests/{x,z}/, [the core](core/README.md) and [none](nowhere.md#x).\n"
                + "An `image/png` of `google/model`, http://host/core/x and build/core/y; `gone.lua`, `a.c`.\n\n    node tests/x/gone.mjs\n",
            "core/README.md": "`lua/one.lua`, `lua/two.lua`, modules/NAME/NAME.lua, tests/x/NAME_test.c, tests/gone/NAME.c, tests/x/*_test.c\n",
            "core/a.c": "",
            "core/lua/one.lua": "",
            "modules/x/x.lua": "",
            "tests/x/y.mjs": "",
        },
        found: ["README.md: tests/{x,z}/", "README.md: tests/x/gone.mjs", "README.md: gone.lua", "README.md: nowhere.md", "core/README.md: lua/two.lua", "core/README.md: tests/gone/NAME.c",
            "core/README.md: tests/x/*_test.c"],
    },
    {
        name: "every folder that a person may look into has a README",
        find: (tree) => ["", "core", "scripts", "modules", "tests", "examples", ...foldersOf(tree, "modules").map((name) => `modules/${name}`)]
            .map((folder) => folder ? `${folder}/README.md` : "README.md").filter((path) => !tree.has(path)).map((path) => `${path}: no such file`),
        broken: { "README.md": "", "core/README.md": "", "scripts/README.md": "", "tests/README.md": "", "examples/x": "", "modules/README.md": "", "modules/x/x.lua": "" },
        found: ["examples/README.md", "modules/x/README.md"],
    },
    {
        name: "every error code has its row in a README",
        find: errorCodes,
        broken: {
            "core/errors.h": "#define T(X) \\\n X(invalid_json, 400, \"a\") \\\n X(draining, 503, \"b\")\n",
            "core/README.md": "`draining`\n\n| 400 | `invalid_json` | when |\n",
        },
        found: ["error code draining"],
    },
    {
        name: "every option has its row in a README",
        find: options,
        broken: {
            "README.md": "| `limits.body` | |\n| `api_key` | |\n",
            "core/lua/descriptions.lua": "local T = { body = { type = \"bytes\" }, listen = { type = \"text\" } }\n",
            "modules/x/README.md": "| `base_url` | |\n",
            "modules/x/x.lua": "return { options = {\n base_url = { type = \"url\" },\n api_key = {\n  type = \"text\" } } }\n",
        },
        found: ["pictor.lua: option listen", "modules/x/x.lua: option api_key"],
    },
    {
        name: "every host function has its row in modules/README.md",
        find: (tree) => without(tree, members(tree, "core/lua/pictor.lua", "pictor"), "host function", "modules/README.md"),
        broken: {
            "modules/README.md": "| `pictor.json` | |\n| `pictor.fail(code, message)` | |\n",
            "core/lua/pictor.lua": "local pictor = {\n json = { encode = 1 },\n now = 2,\n}\nfunction pictor.fail(code) end\npictor.show = 1\n",
        },
        found: ["host function now", "host function show"],
    },
    {
        name: "every function of the policy has its row in scripts/README.md",
        find: (tree) => without(tree, members(tree, "scripts/policy.lua", "policy"), "policy function", "scripts/README.md"),
        broken: {
            "scripts/README.md": "| `pick_model(request)` | |\n",
            "scripts/policy.lua": "local policy = {}\nfunction policy.pick_model(request) end\nfunction policy.candidates() end\nlocal function own() end\n",
        },
        found: ["policy function candidates"],
    },
];
