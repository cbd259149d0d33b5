// tree.mjs - what do the rules see of a folder?
//
// The files of a checkout (or of a made-up one), as lists of paths and lines, with
// comments and texts blanked out where only code counts. Knows none of the rules.
// SPDX-License-Identifier: MIT

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const SKIPPED = new Set([".git", "build", "node_modules"]);

function walk(root, folder, paths) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
        const path = folder ? `${folder}/${entry.name}` : entry.name;
        if (entry.isDirectory() && !SKIPPED.has(entry.name)) {
            walk(root, path, paths);
        } else if (entry.isFile()) {
            paths.push(path);
        }
    }
    return paths;
}

// Gives { root, files, has(path), isFolder(path), read(path), some(pattern) }; paths are relative, with "/".
export function openTree(root) {
    const texts = new Map();
    const files = walk(root, "", []).sort();
    return {
        root,
        files,
        has: (path) => existsSync(join(root, path)),
        isFolder: (path) => existsSync(join(root, path)) && statSync(join(root, path)).isDirectory(),
        some: (pattern) => files.filter((path) => pattern.test(path)),
        read(path) {
            if (!texts.has(path)) {
                texts.set(path, files.includes(path) ? readFileSync(join(root, path), "utf8") : "");
            }
            return texts.get(path);
        },
    };
}

export const base = (path) => path.split("/").at(-1);

// The names of the folders right below a folder that hold any file.
export function foldersOf(tree, folder) {
    const names = tree.files.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.split("/"));
    return [...new Set(names.filter((parts) => parts.length > 2).map((parts) => parts[1]))];
}

// Blanks out what a pattern matches, but no line's end, so that numbers of lines stay true.
const blank = (text, pattern) => text.replace(pattern, (match) => match.replace(/[^\n]/g, " "));

const C_NOISE = /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;
const LUA_NOISE = /--\[(=*)\[[^]*?\]\1\]|--[^\n]*|\[(=*)\[[^]*?\]\2\]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

// A file's text in which only code is left.
export function code(tree, path) {
    return blank(tree.read(path), path.endsWith(".lua") ? LUA_NOISE : C_NOISE);
}

// "path:12: the line" for each line of a text that a pattern matches.
export function matches(path, text, pattern, shown = text) {
    const lines = shown.split("\n");
    return text.split("\n").flatMap((line, i) => pattern.test(line) ? [`${path}:${i + 1}: ${lines[i].trim()}`] : []);
}

// The same for the code of many files.
export function matchesInCode(tree, paths, pattern) {
    return paths.flatMap((path) => matches(path, code(tree, path), pattern, tree.read(path)));
}

// Every #include: { path, line, name, system }.
export function includes(tree, paths) {
    return paths.flatMap((path) => tree.read(path).split("\n").flatMap((text, i) => {
        const match = /^\s*#\s*include\s*([<"])([^>"]+)[>"]/.exec(text);
        return match ? [{ path, line: i + 1, name: match[2], system: match[1] === "<" }] : [];
    }));
}

export const C_FILES = /^(core|modules|tests)\/.*\.[ch]$/;
export const PRODUCT_C = /^(core|modules)\/.*\.[ch]$/;
