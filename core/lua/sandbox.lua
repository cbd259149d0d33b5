-- sandbox.lua - what can a script of somebody else's see, and what not?
--
-- Scripts and modules get copies of a few harmless libraries, a `require` that
-- finds only the folders they were given, and no globals: neither files nor
-- processes nor bytecode, and nothing to leave behind for another request.
-- Time and memory are limited by script.c.
-- SPDX-License-Identifier: MIT
local host = require "host"

local LIBRARIES = {
    string = { "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "rep", "reverse", "sub", "upper" },
    table = { "concat", "insert", "move", "pack", "remove", "sort", "unpack" },
    math = { "abs", "ceil", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger", "min", "mininteger", "modf", "pi",
        "random", "sqrt", "tointeger", "type", "ult" },
    utf8 = { "char", "charpattern", "codepoint", "codes", "len", "offset" },
}
local FUNCTIONS = { "assert", "error", "ipairs", "next", "pairs", "pcall", "select", "tonumber", "tostring", "type",
    "rawequal", "rawlen", "setmetatable" }

getmetatable("").__metatable = false    -- ("x"):rep is everybody's, its table nobody's

local sandbox = {}

local function copy(library, names)
    local result = {}
    for _, name in ipairs(names) do
        result[name] = library[name]
    end
    return result
end

-- Names that are neither defined nor assigned are typos far more often than wishes.
local function strict(visible)
    return setmetatable({}, {
        __index = function(_, name)
            local value = visible[name]
            if value == nil then
                error(("%s: expected a name that is defined here, got none of it"):format(tostring(name)), 2)
            end
            return value
        end,
        __newindex = function(_, name)
            error(("%s: expected `local`, got an assignment to a global"):format(tostring(name)), 2)
        end,
        __metatable = false,
    })
end

local function find(folders, name)
    for _, folder in ipairs(folders) do
        local text = host.read(("%s/%s.lua"):format(folder.path, name))
        if text then
            return text, ("%s/%s.lua"):format(folder.name, name)
        end
    end
    return nil, nil
end

local function run(text, name, environment)
    local chunk, reason = load(text, "@" .. name, "t", environment)
    if not chunk then
        error(reason, 0)
    end
    return chunk()
end

-- With the line of the script that called require; `return require "x"` leaves none,
-- then with the file that is being loaded.
local function complain(box, message)
    local _, place = pcall(error, "", 4)
    local file = box.loading
    error((file and place:sub(1, #file + 1) ~= file .. ":" and file .. ": " or place) .. message, 0)
end

local function load_in(box, text, name)
    local before = box.loading
    box.loading = name
    local result = run(text, name, box.environment)
    box.loading = before
    return result
end

-- require "name" for one sandbox: what was lent first, then the folders in order.
local function requirer(box)
    return function(name)
        if type(name) ~= "string" or not name:match "^[%w_]+$" then
            complain(box, "require: expected a name of letters, digits and _, got " .. tostring(name))
        end
        if box.loaded[name] == nil then
            local text, place = find(box.folders, name)
            if not text then
                complain(box, ("require: expected a script that is there, got %q"):format(name))
            end
            local result = load_in(box, text, place)
            box.loaded[name] = result == nil and true or result
        end
        return box.loaded[name]
    end
end

-- folders: { { path = where it is, name = how messages call it } }. lent: name -> value
-- that require gives. visible: further names. Give it to sandbox.run().
function sandbox.new(folders, lent, visible)
    local box = { folders = folders, loaded = {} }
    local names = copy(_G, FUNCTIONS)
    for name, value in pairs(lent or {}) do
        box.loaded[name] = value
    end
    for name, functions in pairs(LIBRARIES) do
        names[name] = copy(_G[name], functions)
    end
    for name, value in pairs(visible or {}) do
        names[name] = value
    end
    names.require = requirer(box)
    box.environment = strict(names)
    return box
end

-- Runs a file in it and gives what it returns. Throws "file:line: …"; nil and a
-- reason when there is no such file.
function sandbox.run(box, path, name)
    local text, reason = host.read(path)
    if not text then
        return nil, reason
    end
    return load_in(box, text, name)
end

return sandbox
