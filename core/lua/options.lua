-- options.lua - are these options what their description says?
--
-- Options are data: name -> { type, default, required, min, max, secret, choices,
-- about }. pictor.lua, providers and plugins are all checked here, so that a typo
-- stops the start with the option's full name instead of being ignored.
--
--     type     "text", "integer", "boolean", "url", "bytes" ("64MiB"), "list" (a
--              table), "texts" (a text or a table of them)
--     secret   masked in every log from then on
--
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local host = require "host"
local lists = require "lists"

local UNITS = { B = 1, KiB = 1 << 10, MiB = 1 << 20, GiB = 1 << 30, KB = 1000, MB = 1000000, GB = 1000000000 }

local options = {}

local function as_bytes(value)
    if math.type(value) == "integer" then
        return value
    end
    local number, unit = tostring(value):match "^(%d+)%s*(%a+)$"
    return number and UNITS[unit] and math.tointeger(tonumber(number) * UNITS[unit])
end

local function as_url(value)
    local good = type(value) == "string" and value:match "^https?://[^%s/?#]+[^%s?#]*$"
    return good and (value:gsub("/+$", ""))
end

-- type -> function(value): the value as it will be used, or nil; and what is expected
local TYPES = {
    text = { function(v) return type(v) == "string" and v ~= "" and v or nil end, "text" },
    integer = { function(v) return math.type(v) == "integer" and v or nil end, "a whole number" },
    boolean = { function(v) return type(v) == "boolean" and v or nil end, "true or false" },
    url = { as_url, "an address such as https://host/path" },
    bytes = { as_bytes, 'a size such as "64MiB"' },
    list = { function(v) return type(v) == "table" and v or nil end, "a list" },
    texts = { function(v) return (type(v) == "table" or type(v) == "string") and v or nil end, "text or a list of texts" },
}

local function in_range(option, value)
    return (not option.min or value >= option.min) and (not option.max or value <= option.max)
end

-- 67108864 -> "64MiB", the way it would be written
local function size(bytes)
    for _, unit in ipairs { "GiB", "MiB", "KiB" } do
        if bytes > 0 and bytes % UNITS[unit] == 0 then
            return ("%d%s"):format(bytes // UNITS[unit], unit)
        end
    end
    return tostring(bytes)
end

-- A number as messages and lists of options show it.
function options.number(option, value)
    return option.type == "bytes" and size(value) or tostring(value)
end

local function range(option)
    local min, max = option.min, option.max
    return ("%s to %s"):format(min and options.number(option, min) or "anything", max and options.number(option, max)
        or "anything")
end

-- One value -> value | nil, what was expected
local function checked(option, value)
    local convert, words = table.unpack(TYPES[option.type])
    if value == false and option.type == "boolean" then
        return false
    end
    local good = convert(value)
    if not good then
        return nil, words
    elseif math.type(good) == "integer" and not in_range(option, good) then
        return nil, range(option)
    elseif option.choices and not lists.includes(option.choices, good) then
        return nil, "one of " .. table.concat(option.choices, ", ")
    end
    return good
end

local function names(known)
    return table.concat(lists.keys(known), ", ")
end

local function check_one(name, option, value, path)
    if value == nil then
        if option.required then
            return nil, path .. name, TYPES[option.type][2], "nil"
        end
        return option.default
    end
    local good, expected = checked(option, value)
    if good == nil then
        return nil, path .. name, expected, fail.show(value)
    end
    if option.secret then
        host.secret(good)
    end
    return good
end

-- given: the operator's table. path: in front of each name, such as
-- "providers.google.". Returns a new table with defaults filled in, or
-- nil, the option's full name, what was expected, what was got.
function options.check(known, given, path)
    local result = {}
    for name in pairs(given) do
        if not known[name] then
            local subject = math.type(name) == "integer" and ("%s[%d]"):format(path:gsub("%.$", ""), name)
                or path .. tostring(name)
            return nil, subject, "one of " .. names(known), "an unknown option"
        end
    end
    for name, option in pairs(known) do
        local value, subject, expected, got = check_one(name, option, given[name], path)
        if subject then
            return nil, subject, expected, got
        end
        result[name] = value
    end
    return result
end

-- Throws when a description itself is wrong: that is a bug of the module's author.
function options.check_description(known, where)
    for name, option in pairs(known) do
        if not TYPES[option.type] then
            error(("%s: options.%s.type: expected one of %s, got %s"):format(where, name, names(TYPES),
                fail.show(option.type)), 0)
        elseif type(option.about) ~= "string" then
            error(("%s: options.%s.about: expected a sentence, got %s"):format(where, name, fail.show(option.about)), 0)
        end
    end
end

return options
