-- json.lua - how does JSON become Lua tables, and tables JSON?
--
-- lua-cjson, set once. What it reads has no null in it: a key whose value is null
-- is absent. Whole numbers are integers.
-- SPDX-License-Identifier: MIT
local cjson = require "cjson"
local host = require "host"
local lists = require "lists"

local DEPTH = 64
local VALUES_MAX = 100000      -- more than anybody means, and few enough for a state to hold

cjson.decode_invalid_numbers(false)     -- NaN, Infinity, 0x10
cjson.encode_invalid_numbers(false)
cjson.decode_max_depth(DEPTH)
cjson.encode_max_depth(DEPTH)

local json = { null = cjson.null }

-- In a list null stays, as what it is: without it, the others would move up.
local function tidy(value)
    if type(value) == "number" then
        return math.tointeger(value) or value
    elseif type(value) == "table" then
        for key, inner in pairs(value) do
            if inner == cjson.null and type(key) == "string" then
                value[key] = nil
            elseif type(inner) ~= "string" then
                value[key] = tidy(inner)
            end
        end
    end
    return value
end

-- text -> value | nil, reason
function json.decode(text)
    if host.json_values(text) > VALUES_MAX then
        return nil, ("more than %d values"):format(VALUES_MAX)
    end
    local good, value = pcall(cjson.decode, text)
    if not good and value == "not enough memory" then
        error(value, 0)         -- says nothing about the text
    elseif not good then
        return nil, (tostring(value):gsub("^Expected ", "expected "))
    end
    if value == cjson.null then
        return nil
    end
    return tidy(value)
end

-- A table with neither string keys nor entries becomes {}. Raises an error for
-- what JSON cannot hold.
function json.encode(value)
    return cjson.encode(value)
end

local function present(keys, object)
    local result = {}
    for _, key in ipairs(keys) do
        result[#result + 1] = object[key] ~= nil and key or nil
    end
    return result
end

local function is_list(value)
    return type(value) == "table" and value[1] ~= nil
end

local function joined(lines, open, close, indent)
    if #lines == 0 then
        return open .. close
    end
    local inner = indent .. "  "
    return open .. "\n" .. inner .. table.concat(lines, ",\n" .. inner) .. "\n" .. indent .. close
end

-- The same JSON for people: two spaces a level, keys sorted; the outermost ones as `order` has them.
function json.pretty(value, order, indent)
    indent = indent or ""
    local lines = {}
    if is_list(value) then
        for i, inner in ipairs(value) do
            lines[i] = json.pretty(inner, nil, indent .. "  ")
        end
        return joined(lines, "[", "]", indent)
    elseif type(value) == "table" then
        for i, key in ipairs(order and present(order, value) or lists.keys(value)) do
            lines[i] = cjson.encode(key) .. ": " .. json.pretty(value[key], nil, indent .. "  ")
        end
        return joined(lines, "{", "}", indent)
    end
    return (cjson.encode(value):gsub("\\/", "/"))
end

return json
